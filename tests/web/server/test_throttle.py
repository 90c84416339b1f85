"""web/server/throttle.py: who a request counts for, and who waits for a refusal."""

from __future__ import annotations

import pytest

from atlas_ld.web.server.throttle import RefusalThrottle, client_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1:999", None, 0, "192.0.2.1"),
        ("192.0.2.1:999", "198.51.100.7", 0, "192.0.2.1"),
        ("192.0.2.1:999", "203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("192.0.2.1:999", "203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        ("192.0.2.1:999", "198.51.100.7", 2, "198.51.100.7"),
        ("[2001:db8::1]:999", None, 0, "2001:db8::/64"),
        ("[2001:db8::2:3]:999", None, 0, "2001:db8::/64"),
        ("[::ffff:192.0.2.1]:999", None, 0, "192.0.2.1"),
        ("192.0.2.1:999", "not an address", 1, "not an address"),
        ("unix:", None, 0, "unix"),
    ],
)
def test_a_request_counts_for_its_client(peer: str, forwarded: str | None, proxies: int, client: str) -> None:
    assert client_of(peer, forwarded, proxies) == client


def test_a_few_refusals_cost_nothing_and_many_cost_time_but_never_much() -> None:
    manners = RefusalThrottle()
    delays = [manners.refused("a") for _ in range(100)]
    assert delays[0] == delays[9] == 0.0
    assert 0.0 < delays[30] <= delays[-1] <= 2.0
    assert manners.refused("b") == 0.0
