"""What people come for, from the home page to the file that they take away; with and without JavaScript."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watch


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page without JavaScript, at the width of a telephone."""
    context = browser.new_context(
        base_url=site, locale="fr-FR", java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    wrong = watch(page, site)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture(params=["page", "plain"])
def anybody(request: pytest.FixtureRequest) -> Page:
    """A reader with JavaScript, then one without."""
    page: Page = request.getfixturevalue(request.param)
    return page


def text_of(value: object) -> str:
    return " ".join(str(value).split())


def test_find_a_town_its_partnership_its_funding_and_take_the_csv(anybody: Page) -> None:
    page = anybody
    page.goto("/")
    page.get_by_role("searchbox").or_(page.get_by_role("combobox")).first.fill("brest")
    page.get_by_role("main").get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Brest Métropole", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brest Métropole")
    page.get_by_role("link", name="CREA OCEAN").first.click()
    expect(page.locator("#funding")).to_contain_text("79 300 €")
    page.locator("#funding").get_by_role("link", name="Les lignes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("6 lignes de financement")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).first.click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    assert sum(float(row["amount"]) for row in rows) == 79300


def test_filter_by_country_and_theme_and_take_the_workbook_of_the_page(anybody: Page) -> None:
    page = anybody
    page.goto("/partnerships")
    if not page.get_by_role("link", name="Madagascar", exact=True).first.is_visible():
        page.get_by_text("Affiner").click()
    page.locator(".facets").get_by_role("link", name="Madagascar", exact=True).click()
    page.locator(".facets").get_by_role("link", name="Environnement, Climat et Energie", exact=True).click()
    expect(page.locator(".filters")).to_contain_text("Madagascar")
    titles = [text_of(text) for text in page.locator("tbody th .clamp > a").all_text_contents()]
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (XLSX)").click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    column = head.index("Titre")
    assert titles == [text_of(row[column]) for row in rows]
    assert titles


def test_the_language_switch_stays_on_a_deep_page(anybody: Page) -> None:
    page = anybody
    page.goto("/partnerships?country=country-ca&sort=-year")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("9 partnerships")
    expect(page.locator(".filters")).to_contain_text("Country")
    page.get_by_role("link", name="CREA OCEAN").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#funding")).to_contain_text("€79,300")


def test_a_filter_is_chosen_and_removed_by_the_keyboard_alone(page: Page) -> None:
    page.goto("/partnerships")
    page.locator(".facets a").first.focus()
    name = page.locator(".facets a").first.text_content() or ""
    page.keyboard.press("Enter")
    chip = page.locator(".filters a").first
    expect(chip).to_contain_text(name)
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".filters")).to_have_count(0)


def test_the_map_draws_places_clusters_and_arcs(page: Page) -> None:
    page.goto("/map?country=country-ca")
    expect(page.locator("#map.live .land").first).to_be_attached()
    expect(page.locator("#map .arc").first).to_be_attached()
    expect(page.locator("#map path.here").first).to_be_attached()
    page.goto("/map")
    expect(page.locator("#map .cluster").first).to_be_visible()


def test_without_javascript_the_map_is_a_drawing_and_a_table(plain: Page) -> None:
    plain.goto("/map?country=country-ca")
    expect(plain.locator("#map circle.abroad").first).to_be_attached()
    expect(plain.get_by_role("main").get_by_role("table")).to_contain_text("Canada")


def test_the_identifier_is_copied_by_its_button(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/doc/partnership/crea-ocean-2010?lang=en")
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Address copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "http://localhost:8000/id/partnership/crea-ocean-2010"
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", ["/", "/partnerships", "/map", "/doc/partnership/crea-ocean-2010"])
def test_no_page_scrolls_sideways(browser: Browser, site: str, address: str, width: int) -> None:
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
