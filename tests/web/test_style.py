"""The style sheet: colours that everybody can read, in light and in dark (WCAG 2.2, 1.4.3: 4.5 to 1 for text)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atlas_ld import web

STATIC = Path(web.__file__).parent / "static"
SHEET = (STATIC / "site.css").read_text(encoding="utf-8")
SHEETS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css")))  # those of some pages too
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("js/*.js")))
NAMED = re.compile(r'(?:className = |classList.add\(|const [A-Z]+ = )"([^"]*)"')
# Classes that the libraries give to what they draw, which our sheets fit to the page.
THEIRS = re.compile(r"CodeMirror|cm-|yasqe|leaflet|marker-|autocomplete|query|hljs")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    for block in re.findall(r":root \{(.*?)\}", SHEET, re.S)[:2]
)
PAIRS = [
    (text, ground)
    for ground, texts in {
        "paper": ("ink", "muted", "accent"),
        "surface": ("ink", "muted", "accent"),
        "tint": ("ink",),
        "mark-tint": ("ink", "mark"),
        "accent": ("accent-ink",),
    }.items()
    for text in texts
]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: dict[str, str], text: str, ground: str) -> None:
    lighter, darker = sorted((luminance(scheme[text]), luminance(scheme[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_sheet_loads_nothing() -> None:
    assert "url(" not in SHEETS
    assert "@import" not in SHEETS


def test_every_class_of_the_templates_has_a_style_and_every_style_a_use() -> None:
    folder = Path(web.__file__).parent / "templates"
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*folder.rglob("*.html"), *folder.rglob("*.svg")])
    used = {name for names in re.findall(r'class="([^"{]*)', text) for name in names.split()}
    used |= set(re.findall(r"{% block (?:main_class|layout) %}(\w+)", text))
    used |= {name for names in NAMED.findall(SCRIPTS) for name in names.split()}
    found = re.findall(r"\.([A-Za-z][\w-]*)", re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", SHEETS, flags=re.S))
    styled = {name for name in found if not THEIRS.match(name)}
    assert used - styled == set()
    assert styled - used == set()
