"""Search with the keyboard alone: suggestions are reached by arrows, opened by Enter, left by Escape."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_town_is_found_by_keyboard_alone(page: Page) -> None:
    page.goto("/partnerships?lang=fr")
    field = page.get_by_role("combobox", name="Chercher dans tout le site")
    for _ in range(10):  # Tab until the field has the focus: it stands near the top
        page.keyboard.press("Tab")
        if field.evaluate("element => element === document.activeElement"):
            break
    expect(field).to_be_focused()
    page.keyboard.type("brest mét", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brest Métropole")


def test_arrows_go_round_and_escape_leaves(page: Page) -> None:
    page.goto("/search?lang=fr")
    field = page.get_by_role("combobox")
    field.press_sequentially("eau", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("eau")


def test_enter_without_a_choice_asks_for_everything(page: Page) -> None:
    page.goto("/partnerships?lang=en")
    page.get_by_role("combobox", name="Search the whole site").fill("schools")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    assert "q=schools" in page.url
    assert "lang=en" in page.url


def test_how_many_suggestions_there_are_is_said(page: Page) -> None:
    page.goto("/search?lang=en")
    page.get_by_role("combobox").press_sequentially("rimou", delay=20)
    expect(page.get_by_role("status").first).to_contain_text("suggestion")
