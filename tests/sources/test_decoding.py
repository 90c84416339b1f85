"""Bytes as text: the mark, the declaration, the letters; what is lost costs its own place."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld import sources
from atlas_ld.sources.decoding import CONTROL, decode, file_name

TEXT = "Préfecture d’Évry : élève, œuvre, cœur, 12 000 €\nà côté de la forêt, où l’été naît\n"


def decoded(content: bytes) -> tuple[str, list[tuple[str, int | None]]]:
    found = decode(content)
    assert found is not None
    return found[0], [(finding.code, finding.line) for finding in found[1]]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF8 * 2])
def test_a_byte_order_mark_is_no_letter_of_the_text_though_it_stand_twice(mark: bytes) -> None:
    assert decoded(mark + TEXT.encode()) == (TEXT, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_its_mark_and_without(encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert decoded(mark + TEXT.encode(encoding)) == (TEXT, [])
    assert decoded(TEXT.encode(encoding)) == (TEXT, [("not-utf-8", None)])


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "mac-roman", "cp850"])
def test_letters_tell_which_encoding_of_one_byte_it_is(encoding: str) -> None:
    text = TEXT
    for char, other in {"’": "'", "œ": "oe", "€": "euros"}.items():
        try:
            text.encode(encoding)
            break
        except UnicodeEncodeError:
            text = text.replace(char, other)
    assert decoded(text.encode(encoding)) == (text, [("not-utf-8", None)])


def test_the_euro_sign_and_the_ligature_tell_iso_8859_15_from_windows_1252() -> None:
    text = "Maître d'œuvre : 12 000 €"
    assert decoded(text.encode("iso8859-15"))[0] == text
    assert decoded(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="iso-8859-15">', '<?xml version="1.0" encoding="iso-8859-15"?>',
     '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-15">'],
)  # fmt: skip
def test_what_a_file_declares_of_itself_is_believed(declaration: str) -> None:
    text = f"{declaration}\n½ cœur"  # in ISO 8859-15 the one half of Windows-1252 is the ligature
    assert decoded(text.replace("½", "").encode("iso8859-15"))[0] == text.replace("½", "")


def test_latin_1_is_declared_for_windows_1252() -> None:
    text = '<meta charset="iso-8859-1">l’œuvre'
    assert decoded(text.encode("cp1252"))[0] == text


@pytest.mark.parametrize("declared", ["hex", "utf-16", "x-unknown", "rot13"])
def test_a_declaration_that_cannot_be_true_is_passed_over(declared: str) -> None:
    text = f'<meta charset="{declared}">élève'
    assert decoded(text.encode())[0] == text


def test_a_text_in_utf_8_that_declares_another_encoding_is_utf_8() -> None:
    text = '<meta charset="windows-1252">élève'
    assert decoded(text.encode()) == (text, [])


def test_one_bad_byte_costs_one_character_and_its_line_is_named() -> None:
    content = TEXT.encode().replace("forêt".encode(), "forêt".encode("cp1252"))
    assert decoded(content) == (TEXT.replace("forêt", "for\ufffdt"), [("bad-bytes", 2)])


def test_mojibake_in_a_sound_file_is_told_with_its_line() -> None:
    spoiled = "Titre\n" + "l’élève à l’école".encode().decode("cp1252", "replace")
    assert ("mojibake", 2) in decoded(spoiled.encode())[1]


@pytest.mark.parametrize("text", ["ÉCÔLE, Ã", "SÃO PAULO", "Â", "l’âge d’or", "Português: não é"])
def test_sound_letters_are_no_mojibake(text: str) -> None:
    assert decoded(text.encode()) == (text, [])


def test_control_and_invisible_characters_are_taken_out_and_told() -> None:
    text, found = decoded("a\x01b\nso\u00adcial \ufdd0\U0001ffff\x85fin".encode())
    assert text == "ab\nsocial \nfin"
    assert found == [("control-characters", 1), ("invisible-characters", 2)]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028"])
def test_lines_end_as_they_may(end: str) -> None:
    assert decoded(f"a{end}b".encode())[0] == "a\nb"


@pytest.mark.parametrize("content", [b"\x00\x01", b"\x00" * 100])
def test_bytes_that_are_no_text_are_none(content: bytes) -> None:
    assert decode(content) is None


@given(st.binary(max_size=200))
def test_no_bytes_raise_and_no_control_character_is_left(content: bytes) -> None:
    found = decode(content)
    assert found is None or not CONTROL.search(found[0])


@given(st.text(max_size=200))
def test_no_text_in_utf_8_loses_a_letter(text: str) -> None:
    content = text.encode("utf-8", "ignore")
    found = decode(content)
    if found is not None and b"\0" not in content:
        letters = "".join(char for char in unicodedata.normalize("NFC", content.decode()) if char.isalnum())
        assert "".join(char for char in found[0] if char.isalnum()) == letters


def test_a_file_name_that_is_no_utf_8_stops_nothing(tmp_path: Path) -> None:
    path = Path(f"{tmp_path}/") / b"\x82cole.csv".decode("utf-8", "surrogateescape")
    path.write_text("title\nA\n", "utf-8")
    (tmp_path / "b.csv").write_text("title\nB\n", "utf-8")
    found = list(sources.read(tmp_path))
    assert sorted(reading.record.title or "" for reading in found if reading.record) == ["A", "B"]
    for reading in found:
        assert reading.record is not None
        reading.record.to_json().encode()


def test_a_name_is_read_like_a_text() -> None:
    assert file_name("école.csv") == "école.csv"
    assert file_name("école".encode("cp1252").decode("utf-8", "surrogateescape")) == "école"
