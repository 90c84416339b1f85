"""/docs: the documentation that ships with atlas-ld (`docs/`, Markdown) as pages of the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, abort, render_template, send_file
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from atlas_ld.iris import slug
from atlas_ld.resources import root
from atlas_ld.web.http.responses import html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.rendering.urls import url_for
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("documentation", __name__)

_INDEX = "index"
_LANGUAGE = re.compile(r"\.(fr|en)$")


@dataclass(frozen=True)
class Page:
    """A page as HTML: its title, the language that it is written in, its text, and its sections by anchor."""

    title: str
    language: str
    html: Markup
    sections: Sequence[tuple[str, str]]


@blueprint.get("/docs", fr="Documentation", en="Documentation")
def index() -> Response:
    """The first page of the documentation."""
    return _answer(_INDEX)


def _is_file(name: str) -> bool:
    return name in _files()


@blueprint.get(
    "/docs/<path:name>",
    fr="Une page de la documentation",
    en="A page of the documentation",
    names_something=_is_file,
)
def page(name: str) -> Response:
    """A page of the documentation, or a file that one of them links to."""
    if not _is_file(name):
        abort(404)
    path = _files()[name]
    if path.suffix == ".md":
        return _answer(name)
    return send_file(path, guess_type(path.name)[0] or "text/plain")


def _answer(name: str) -> Response:
    return html_page(partial(_page, name))


def _page(name: str) -> str:
    return render_template("pages/documentation.html", page=read(name))


@cache
def _files() -> Mapping[str, Path]:
    """Name below /docs/ -> file: pages without their extension, other files with it."""
    folder = root() / "docs"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {(p.with_suffix("") if p.suffix == ".md" else p).relative_to(folder).as_posix(): p for p in files}


def names() -> list[str]:
    """The names of all pages, in order."""
    return [name for name, path in _files().items() if path.suffix == ".md"]


def read(name: str) -> Page:
    """A page of the documentation, in the reader's language where it is written in both. Raises KeyError."""
    translated = f"{name}.{current_language()}"
    written = translated if translated in _files() else name
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    wide = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(t("docs.table"))}"><table>'
    markdown.add_render_rule("table_open", lambda *_: wide)
    markdown.add_render_rule("table_close", lambda *_: "</table></div>")
    markdown.add_render_rule("fence", _block)
    tokens = markdown.parse(_files()[written].read_text(encoding="utf-8"))
    headings = list(_headings(tokens))
    for token in tokens:
        _lead(token.children or [], name)
    html = Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704  # our files, HTML in them escaped
    found = _LANGUAGE.search(written)
    return Page(headings[0][1] if headings else name, found[1] if found else "en", html, headings[1:])


def _block(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """A block of commands or code, which the keyboard can scroll."""
    return f'<pre class="scroll" tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Anchor and words of each heading of the first two levels; sets the anchors of all."""
    taken: set[str] = set()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in inline.children or ())
            anchor = base = slug(words)
            while anchor in taken:
                anchor = f"{base}-{len(taken)}"
            taken.add(anchor)
            token.attrSet("id", anchor)
            if token.tag in ("h1", "h2"):
                yield anchor, words


def _lead(tokens: Sequence[Token], name: str) -> None:
    """Let the links of a line of the page `name` lead to pages of this site. One to a file of the repository that does
    not ship is no link any more, only its words."""
    unlinked = False
    for token in tokens:
        if token.type == "image":
            token.attrSet("src", _address(str(token.attrGet("src")), name) or "")
        elif token.type == "link_open":
            address = _address(str(token.attrGet("href")), name)
            unlinked = address is None
            token.attrs = {} if address is None else {"href": address}
        if token.type in ("link_open", "link_close") and unlinked:
            token.tag = "span"


def _address(target: str, name: str) -> str | None:
    """Where a link of a page leads on this site: to another page, to a file beside it, or where it says; None where it
    names a file that does not ship."""
    parts = urlsplit(target)
    if parts.scheme or not parts.path:
        return target
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), parts.path))
    known = path.removesuffix(".md") if path.endswith(".md") else path
    if known not in _files():
        return None
    address = url_for("documentation.page", name=known)
    return f"{address}#{parts.fragment}" if parts.fragment else address
