"""Without JavaScript: search, queries and questions are plain forms and links."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watch


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Page]:
    """A page whose browser runs no script."""
    context = browser.new_context(base_url=site, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    wrong = watch(page, site)
    yield page
    context.close()
    assert wrong == []


def test_search_works(plain: Page) -> None:
    plain.goto("/partnerships?lang=fr")
    field = plain.get_by_role("searchbox", name="Chercher dans tout le site")
    field.fill("brest métropole")
    field.press("Enter")
    plain.locator("section[aria-labelledby=territory] a", has_text="Brest Métropole").first.click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Brest Métropole")


def test_a_query_runs_is_changed_and_its_mistake_is_shown(plain: Page) -> None:
    plain.goto("/sparql?lang=fr")
    area = plain.get_by_label("Requête", exact=True)
    area.fill("SELECT ?s WHERE { ?s a atlas:Partnership } LIMIT 3")
    plain.get_by_role("button", name="Exécuter").click()
    expect(plain.locator("section[aria-labelledby=result] tbody tr")).to_have_count(3)
    plain.get_by_label("Requête", exact=True).fill("SELECT ?s\nWHERE {\n  ?s a ?c . FILTR(?c)\n}")
    plain.get_by_role("button", name="Exécuter").click()
    expect(plain.get_by_role("alert")).to_contain_text("Ligne 3")
    expect(plain.get_by_label("Requête", exact=True)).to_have_value("SELECT ?s\nWHERE {\n  ?s a ?c . FILTR(?c)\n}")


def test_a_question_is_put_together(plain: Page) -> None:
    plain.goto("/explore?lang=fr")
    plain.get_by_label("Rubrique", exact=True).first.select_option("startYear")
    plain.get_by_label("Condition", exact=True).first.select_option("at-least")
    plain.get_by_label("Valeur", exact=True).first.fill("2015")
    plain.get_by_role("button", name="Voir les résultats").click()
    expect(plain.get_by_role("heading", name="Réponse")).to_be_visible()
    years = plain.locator("section[aria-labelledby=result] .scroll tbody td:last-child").all_inner_texts()
    assert years
    assert all(int(year) >= 2015 for year in years)
