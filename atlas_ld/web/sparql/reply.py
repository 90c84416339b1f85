"""What a client gets of /sparql that asked a query: pure functions, for the view and for the server's loop."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from atlas_ld.media import Format
from atlas_ld.web.http import compression, rules
from atlas_ld.web.http.responses import REVALIDATE
from atlas_ld.web.http.rules import SAFE, Reply, Representation


def reply(method: str, headers: Mapping[str, str], content: bytes, format_: Format) -> Reply:
    """The answer `content`, whole, or without its body, or 304 or 412, as `http_rules.reply` has it.

    Only methods that are safe and can be cached have entity tags and conditions; `headers` is as there.
    """
    fields = {"Content-Disposition": disposition(format_), "Cache-Control": REVALIDATE}
    cached = method in SAFE
    meant = Representation(
        content_type=format_.content_type,
        tag=_tag(content, format_) if cached else None,
        vary=("Accept",),
        headers=fields,
        compressible=compression.is_compressible(format_.media_type),
    )
    conditions = headers if cached else {"Accept-Encoding": headers.get("Accept-Encoding", "")}
    return rules.reply(method, conditions, meant, lambda: content)


def disposition(format_: Format) -> str:
    """The name under which a browser keeps an answer."""
    return f'inline; filename="sparql.{format_.extension}"'


def _tag(content: bytes, format_: Format) -> str:
    """A strong tag: of the bytes themselves, since the order of rows is nobody's promise."""
    return hashlib.sha256(format_.name.encode() + b"\n" + content).hexdigest()[:20]
