"""axe-core finds nothing wrong on any kind of page, in both languages, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.addresses import PAGES, in_language
from tests.browser.conftest import TOOLS, watch

# Markers of a map stand where the places are, close or not; the table of the page reaches the same (WCAG 2.2, 2.5.8,
# exceptions "equivalent" and "essential").
MARKER = "leaflet-marker-icon"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def checked(browser: Browser, site: str) -> Iterator[Page]:
    """A page that has axe in it."""
    if not (TOOLS / "axe-core").is_dir():
        pytest.skip("needs the page checks (python frontend/install.py --page-checks)")
    # The policy of the site lets no script in from outside, so axe needs it lifted.
    context = browser.new_context(base_url=site, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(path=TOOLS / "axe-core" / "axe.min.js")
    wrong = watch(page, site)
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_wrong(checked: Page, address: str, language: str) -> None:
    checked.goto(in_language(address, language))
    checked.wait_for_load_state("networkidle")
    told = []
    for scheme in ("light", "dark"):
        checked.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two that it takes
        found = checked.evaluate("rules => axe.run({ runOnly: rules })", RULES)
        told += [
            f"{scheme}, {rule['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
            for rule in found["violations"]
            for node in rule["nodes"]
            if not (rule["id"] == "target-size" and MARKER in node["html"])
        ]
    assert told == []
