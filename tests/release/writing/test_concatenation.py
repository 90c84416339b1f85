"""Files joined from pieces are ordinary files, and the same whether a piece was made or taken over."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from atlas_ld.release.writing.concatenation import Joined, packed_path, piece


def test_pieces_give_one_gzip_member_and_stand_where_it_was_told(tmp_path: Path) -> None:
    texts = [b"one " * 100, b"", "trois é".encode() * 50]
    path = tmp_path / "x"
    with Joined(path, b"<", b"; ", b">") as file:
        places = [file.add(piece(text)) for text in texts]
    whole = b"<" + b"; ".join(texts) + b">"
    assert path.read_bytes() == whole
    assert [whole[place.at : place.at + place.length] for place in places] == texts
    packed = packed_path(path).read_bytes()
    for place, text in zip(places, texts, strict=True):
        piece_ = packed[place.packed_at : place.packed_at + place.packed_length]
        assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece_) == text
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(packed) == whole  # of the first member, and there is no more:
    assert reader.unused_data == b""
    assert gzip.decompress(packed) == whole
