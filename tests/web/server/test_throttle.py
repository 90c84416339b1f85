"""web/server/throttle.py: who waits for a refusal."""

from __future__ import annotations

from atlas_ld.web.server.throttle import RefusalThrottle


def test_a_few_refusals_cost_nothing_and_many_cost_time_but_never_much() -> None:
    manners = RefusalThrottle()
    delays = [manners.refused("a") for _ in range(100)]
    assert delays[0] == delays[9] == 0.0
    assert 0.0 < delays[30] <= delays[-1] <= 2.0
    assert manners.refused("b") == 0.0
