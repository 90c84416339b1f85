"""Queries in the browser: an example, a change, a mistake at its line, a chart, a map, and a question put together."""

from __future__ import annotations

from playwright.sync_api import Page, expect

READY = "form[data-ready=true]"


def write(page: Page, text: str) -> None:
    """Put a query in the editor in place of what is there, as by pasting."""
    page.locator(READY).wait_for()
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def written(page: Page) -> str:
    page.locator(READY).wait_for()
    return str(page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()"))


def test_an_example_is_found_run_changed_and_broken(page: Page) -> None:
    page.goto("/sparql?lang=fr")
    page.locator(READY).wait_for()
    page.get_by_label("Chercher parmi les exemples").fill("argent annee")
    shown = page.locator("#example-list > li:visible")
    expect(shown.filter(has_text="année par année").first).to_be_visible()
    assert shown.count() < page.locator("#example-list > li").count()
    shown.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Réponse")).to_be_visible()

    changed = written(page).rstrip() + "\nLIMIT 2"
    write(page, changed)
    page.keyboard.press("Control+Enter")
    expect(page.locator("section[aria-labelledby=result] .scroll tbody tr")).to_have_count(2)
    assert "LIMIT" in page.url

    write(page, "SELECT ?s\nWHERE {\n  ?s a ?c . FILTR(?broken)\n}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Ligne 3")
    expect(page.locator(".error-line")).to_have_count(1)
    assert page.locator(".CodeMirror-code > div:has(.error-line)").inner_text().startswith("3")
    assert "FILTR" in written(page)


def test_the_editor_completes_from_the_graph_and_lets_the_keyboard_leave(page: Page) -> None:
    page.goto("/sparql?lang=fr")
    write(page, "SELECT * WHERE { ?p atlas:startY")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hint").first).to_contain_text("atlas:startYear")
    expect(page.locator(".CodeMirror-hint").first).to_contain_text("Année de début")
    page.keyboard.press("Escape")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Tab")
    expect(page.locator("#format")).to_be_focused()


def test_results_have_a_chart_and_a_map(page: Page) -> None:
    query = (
        "SELECT ?name ?population ?lat ?long WHERE { ?t a atlas:Territory ; rdfs:label ?name ; wgs:lat ?lat ; "
        'wgs:long ?long . OPTIONAL { ?t atlas:population ?population } FILTER(LANG(?name) = "fr") } LIMIT 20'
    )
    page.goto("/sparql?lang=fr&format=html&query=" + query.replace("?", "%3F").replace(";", "%3B"))
    page.locator("summary", has_text="Carte").click()
    expect(page.locator("path.leaflet-interactive").first).to_be_visible()
    assert page.locator("path.leaflet-interactive").count() == 20

    page.goto("/sparql?lang=fr&format=html&query=SELECT (STR(?c) AS ?class) (COUNT(*) AS ?n) {?s a ?c} GROUP BY ?c")
    page.locator("summary", has_text="Graphique").click()
    expect(page.locator(".bar-chart tbody tr").first).to_be_visible()


def test_a_question_is_put_together_without_sparql(page: Page) -> None:
    page.goto("/explore?lang=fr")
    page.get_by_label("Rubrique", exact=True).first.select_option(label="Pays partenaire")
    expect(page.get_by_label("Condition", exact=True).first).to_have_value("contains")
    page.get_by_label("Condition", exact=True).first.select_option(label="est")
    page.get_by_label("Valeur", exact=True).first.fill("Sénégal")
    page.get_by_role("button", name="Ajouter une condition").click()
    expect(page.locator("code").filter(has_text="Sénégal")).to_be_visible()
    page.get_by_label("Rubrique", exact=True).nth(1).select_option("fundingLine.amount")
    expect(page.get_by_label("Condition", exact=True).nth(1)).to_have_value("at-least")
    page.get_by_label("Valeur", exact=True).nth(1).fill("beaucoup")
    page.get_by_role("button", name="Voir les résultats").click()
    expect(page.get_by_role("alert")).to_contain_text("Donnez un nombre")
    page.get_by_label("Valeur", exact=True).nth(1).fill("100000")
    page.get_by_role("button", name="Voir les résultats").click()
    expect(page.get_by_role("heading", name="Réponse")).to_be_visible()
    amounts = page.locator("section[aria-labelledby=result] .scroll td.number").all_inner_texts()
    assert amounts
    assert all(float(amount) >= 100_000 for amount in amounts)
    assert "Sénégal" in written(page)


def test_a_question_is_counted(page: Page) -> None:
    page.goto("/explore?lang=en")
    page.get_by_label("Instead of a list, count by").select_option(label="Partner country")
    page.get_by_role("button", name="See the results").click()
    page.locator("summary", has_text="Chart").click()
    expect(page.locator(".bar-chart tbody th").first).to_be_visible()
