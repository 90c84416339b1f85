"""Files joined from pieces are ordinary files, and the same whether a piece was made or taken over."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from atlas_ld.release.writing.concatenation import Joined, packed_path, piece


def test_pieces_made_and_pieces_taken_over_give_one_gzip_member_of_the_same_bytes(tmp_path: Path) -> None:
    texts = [b"one " * 100, b"", "trois é".encode() * 50]
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with Joined(tmp_path / "first" / "x", b"<", b"; ", b">", None) as file:
        places = [file.add(piece(text)) for text in texts]
    with Joined(tmp_path / "second" / "x", b"<", b"; ", b">", tmp_path / "first") as file:
        for place in places:
            file.take(place)
    path = tmp_path / "second" / "x"
    whole = b"<" + b"; ".join(texts) + b">"
    assert path.read_bytes() == whole
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(packed_path(path).read_bytes()) == whole  # of the first member, and there is no more:
    assert reader.unused_data == b""
    assert gzip.decompress(packed_path(path).read_bytes()) == whole
    assert packed_path(tmp_path / "first" / "x").read_bytes() == packed_path(path).read_bytes()
