"""A JSON record: one file holds one `PartnershipRecord` (its JSON Schema is docs/record.schema.json)."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import Funding, GoalChoice, Origin, Participant, PartnershipRecord, ThemeChoice
from atlas_ld.sources import values
from atlas_ld.sources.codes import CODED
from atlas_ld.sources.decoding import CONTROL, decode, without_controls
from atlas_ld.sources.reading import NOT_TEXT, Account, Reading, quoted, remark, sha256, unreadable

MAX_BYTES = 5_000_000
_MODELS = (PartnershipRecord, Participant, Funding, Origin, ThemeChoice, GoalChoice, Finding)
_FIELDS = sorted({name for model in _MODELS for name in model.model_fields})

_MENDING: dict[str, tuple[str, str]] = {
    "missing": ("ce champ est obligatoire ; ajoutez-le", "this field is required; add it"),
    "string_type": ("un texte est attendu ; mettez la valeur entre guillemets", "a text is expected; quote the value"),
    "string_too_short": ("texte vide ; écrivez-le ou ôtez le champ", "the text is empty; fill it or drop the field"),
    "string_pattern_mismatch": (
        "le texte n'a pas la forme attendue ; un SHA-256 a 64 chiffres hexadécimaux",
        "the text has not the expected form; a SHA-256 has 64 hexadecimal digits",
    ),
    "int_parsing": ("un nombre entier est attendu", "a whole number is expected"),
    "int_type": ("un nombre entier est attendu", "a whole number is expected"),
    "int_from_float": ("un nombre entier est attendu", "a whole number is expected"),
    "decimal_parsing": ("un nombre est attendu, comme 10500.50", "a number is expected, such as 10500.50"),
    "decimal_type": ("un nombre est attendu, comme 10500.50", "a number is expected, such as 10500.50"),
    "finite_number": ("un nombre fini est attendu", "a finite number is expected"),
    "date_from_datetime_parsing": ("une date est attendue, comme 2020-12-31", "a date is expected, such as 2020-12-31"),
    "date_parsing": ("une date est attendue, comme 2020-12-31", "a date is expected, such as 2020-12-31"),
    "date_type": ("une date est attendue, comme 2020-12-31", "a date is expected, such as 2020-12-31"),
    "tuple_type": ("une liste est attendue, entre crochets", "a list is expected, in brackets"),
    "too_short": ("la liste est trop courte", "the list is too short"),
    "too_long": ("la liste est trop longue", "the list is too long"),
    "less_than_equal": ("la valeur est trop grande", "the value is too large"),
    "greater_than_equal": ("la valeur est trop petite", "the value is too small"),
    "int_parsing_size": ("la valeur est trop grande", "the value is too large"),
    "decimal_max_digits": ("le nombre a trop de chiffres", "the number has too many digits"),
    "decimal_max_places": ("le nombre a trop de décimales", "the number has too many decimals"),
    # Whose message may quote the value.
    "value_error": ("cette valeur n'est pas possible ici", "this value is not possible here"),
    "model_type": ("un objet est attendu", "an object is expected"),
}  # fmt: skip
"""Pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) as sentences; others fall back
on pydantic's own English message."""


def read_json(name: str, content: bytes) -> Reading:
    """The record of a JSON file. Where it has no origin, the file is its origin.

    Lone surrogates, spaces and brackets in addresses, and dates that are not written as we write them are no reason to
    refuse it. The account counts files.
    """
    decoded = decode(content)
    if decoded is None:
        return unreadable(*NOT_TEXT)
    text, found = decoded
    try:
        record, surrogates = _record(text)
    except ValidationError as error:
        findings = (*(_finding(detail) for detail in error.errors(include_url=False)), *found)
        return Reading(None, findings, Account(found=1))
    found = (*found, *surrogates)
    words = {name: value for name in CODED if (value := getattr(record, name)) is not None}
    record = record.model_copy(update={name: values.coded(name, value) for name, value in words.items()})
    origins = record.origins or (Origin(title=name, sha256=sha256(content)),)
    record = record.model_copy(update={"origins": origins, "findings": (*record.findings, *found)})
    return Reading(record, record.findings, Account(read=1))


def _record(text: str) -> tuple[PartnershipRecord, tuple[Finding, ...]]:
    """The record, and what was taken out of it to make it one. Raises ValidationError."""
    try:
        return PartnershipRecord.model_validate_json(text), ()
    except ValidationError as error:
        try:
            parsed = json.loads(text, parse_float=str)
            dated: list[Finding] = []
            mended = json.dumps(_dated(_mended(parsed), dated))
        except (ValueError, RecursionError):
            raise error from None
        # The escapes of a pair are one character: only what is left of them alone is taken out.
        _, told = without_controls(json.dumps(parsed, ensure_ascii=False))
        return PartnershipRecord.model_validate_json(mended), (*told, *dated)


def _mended(value: Any, field: str = "") -> Any:
    """Parsed JSON without lone surrogates, its addresses percent-encoded. Raises RecursionError."""
    if isinstance(value, dict):
        return {_mended(name): _mended(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_mended(item, field) for item in value]
    if isinstance(value, str):
        clean = CONTROL.sub("", value)
        return (values.web_address(clean) or clean) if field == "address" else clean
    return value


def _dated(record: Any, findings: list[Finding]) -> Any:
    """A parsed record whose dates and years are read as people write them (`12/2020`, `2019-2021`): one that cannot be
    read costs that value, not the record."""
    if not isinstance(record, dict):
        return record
    found = dict(record)
    end = found.get("end_date")
    if isinstance(end, str):
        graded = values.graded_date(end, findings, line=None, field="end_date")
        told = {"end_date": graded.day and graded.day.isoformat(), "end_month": graded.month, "end_year": graded.year}
        found |= {name: value for name, value in told.items() if value or name == "end_date"}
    for name in ("first_signature_year", "start_year", "end_year"):
        if isinstance(found.get(name), str):
            found[name] = values.year(found[name], findings, line=None, field=name)
    if isinstance(found.get("funding"), list):
        found["funding"] = [_dated_line(line, findings) for line in found["funding"]]
    return found


def _dated_line(line: Any, findings: list[Finding]) -> Any:
    if not isinstance(line, dict) or not isinstance(line.get("year"), str):
        return line
    years = values.funding_years(line["year"], findings, line=None, field="funding")
    return line | {name: value for name, value in years._asdict().items() if value or name == "year"}


def _finding(detail: Any) -> Finding:
    """A pydantic error detail as a finding; the value is quoted only where it names nobody for certain."""
    kind, path = detail["type"], ".".join(str(part) for part in detail["loc"])
    if kind == "json_invalid":
        reason = detail.get("ctx", {}).get("error", detail["msg"])
        return remark(
            "not-json",
            Severity.VIOLATION,
            f"Le fichier n'est pas du JSON en UTF-8 ({reason}). Corrigez-le à cet endroit.",
            f"The file is not JSON in UTF-8 ({reason}). Mend it at that place.",
        )
    if kind == "extra_forbidden":
        # A key that is near none of ours is of unknown nature, and not quoted.
        near = get_close_matches(str(detail["loc"][-1]), _FIELDS, n=1)
        path = ".".join(str(part) for part in (detail["loc"] if near else detail["loc"][:-1]))
        fr = "ce champ est inconnu" + (f" ; vouliez-vous dire « {near[0]} » ?" if near else " ; ôtez-le")
        en = "this field is unknown" + (f"; did you mean “{near[0]}”?" if near else "; drop it")
    elif kind == "literal_error":
        expected = detail["ctx"]["expected"].replace(" or ", ", ")
        fr, en = f"valeur inconnue ; valeurs possibles : {expected}", f"unknown value; possible values: {expected}"
    else:
        fr, en = _MENDING.get(kind, (f"valeur refusée ({detail['msg']})", detail["msg"]))
    fr_value, en_value = ("", "")
    if kind not in ("missing", "extra_forbidden"):
        fr_value, en_value = (f" ({shown[:1].lower()}{shown[1:]})" for shown in quoted(str(detail["input"])))
    return remark(
        "invalid-record",
        Severity.VIOLATION,
        f"{path or 'Le document'}{fr_value} : {fr}.".replace("?.", "?"),
        f"{path or 'The document'}{en_value}: {en}.".replace("?.", "?"),
        field=path or None,
    )
