"""A page saved as one file (MHTML, RFC 2557): its HTML part and the address from which it was saved."""

from __future__ import annotations

import email
import re
from email.errors import MessageError
from email.message import Message

_HEAD = re.compile(
    rb"\s*(?:From: <Saved by|MIME-Version:|Content-Type:\s*multipart/related|Snapshot-Content-Location:)", re.I
)
_WITHIN = 4096


def is_mhtml(content: bytes) -> bool:
    """Whether a file is MHTML, whatever it is called."""
    head = content[:_WITHIN]
    return bool(_HEAD.match(head)) and b"multipart/related" in head.lower()


def main_part(content: bytes) -> tuple[bytes, str, int] | None:
    """The first HTML part, as bytes that declare their encoding where the part does, its address or an empty text, and
    how many HTML parts there are besides; None where there is none."""
    try:
        message = email.message_from_bytes(content)
        parts = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    except (MessageError, ValueError, LookupError, RecursionError):
        return None
    if not parts:
        return None
    payload = parts[0].get_payload(decode=True)
    if not isinstance(payload, bytes):
        return None
    charset = parts[0].get_content_charset()
    declared = f'<meta charset="{charset}">'.encode() if charset and re.fullmatch(r"[\w.:-]{1,40}", charset) else b""
    return declared + payload, _address(message, parts[0]), len(parts) - 1


def _address(message: Message, part: Message) -> str:
    found = message.get("Snapshot-Content-Location") or part.get("Content-Location") or ""
    return str(found).strip()
