"""The server: the tools with their descriptions, for an assistant that started it, or over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from atlas_ld import __version__
from atlas_ld.errors import AtlasError
from atlas_ld.web.mcp import tools
from atlas_ld.web.mcp.answers import Cited, Described, Found, Listed, Result, Schema
from atlas_ld.web.publication import Publication

T = TypeVar("T")

_ABOUT = (
    "Partnerships between French local authorities and authorities abroad, with places, themes, years and funding. "
    "Begin with `search` for a name, `list` for a selection with figures, `schema` before `query`. What is absent is "
    "not documented: never say that there is none. Say of how many the answer is (`coverage`), and cite."
)


def make_server(publication: Publication) -> MCPServer[Any]:
    """The server of a publication."""
    server: MCPServer[Any] = MCPServer(
        "atlas-ld", instructions=_ABOUT, version=__version__, log_level="WARNING", website_url=publication.iris.base
    )

    @server.tool(name="search")
    @_sentences
    def search(text: str, kind: str | None = None, limit: int = 10) -> Found:
        """Find entities by words of their names and texts, in French or English, accents and plurals aside. `kind`:
        territory, partnership, organisation, theme or post. At most 50 hits; `truncated` says that there are more."""
        return tools.search(publication, text, kind, limit)

    @server.tool(name="describe")
    @_sentences
    def describe(id: str, fields: list[str] | None = None) -> Described:
        """All that is said of one entity and its parts (participants, themes, funding lines), by its IRI or
        `kind/key`. `fields` keeps it short; `omitted` names fields that were too long."""
        return tools.describe(publication, id, fields or ())

    @server.tool(name="schema")
    @_sentences
    def schema(class_name: str | None = None) -> Schema:
        """The classes with their definitions and counts; with `class_name`, the fields of one with their properties for
        SPARQL. Also the prefixes, the lists with their filters, and `traps`: what counts things twice."""
        return tools.schema(publication, class_name)

    @server.tool(name="query")
    @_sentences
    def query(sparql: str, limit: int = 100) -> Result:
        """Run a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE; no SERVICE, no updates), with the limits of the
        public endpoint. At most 500 rows are given and 256 kB: aggregate, or page with ORDER BY, LIMIT and OFFSET. Read
        `traps` of `schema` first: joining participants with themes or funding lines multiplies rows, so count with
        COUNT(DISTINCT ...) and sum amounts over funding lines alone."""
        return tools.query(publication, sparql, limit)

    @server.tool(name="list")
    @_sentences
    def list_(
        list: str,
        filters: dict[str, list[str]] | None = None,
        q: str = "",
        sort: str | None = None,
        limit: int = 20,
        fields: list[str] | None = None,
        cursor: str | None = None,
    ) -> Listed:
        """Rows of a list (partnerships, territories, organisations, themes, funding) with filters, such as
        {"country": ["country-sn"]}: any of the values of a filter, all of the filters. `total` counts each row once,
        `coverage` says of how many a value is documented: say so with every figure. Pages: give `cursor` back with the
        same arguments until it is null; at most 50 items each."""
        return tools.list_items(publication, list, filters, q, sort, limit, fields or (), cursor)

    @server.tool(name="cite")
    @_sentences
    def cite(id: str) -> Cited:
        """How to cite an entity as this release describes it: a sentence, BibTeX, its identifier, the address at which
        exactly this can be fetched later, and the licence."""
        return tools.cite(publication, id)

    return server


def _sentences(tool: Callable[..., T]) -> Callable[..., T]:
    """What the program says of a wrong request is said to the assistant; anything else is a crash of ours."""

    @wraps(tool)
    def guarded(*args: Any, **kwargs: Any) -> T:
        try:
            return tool(*args, **kwargs)
        except AtlasError as error:
            raise ToolError(str(error)) from error

    return guarded
