"""A mapping: how the columns of somebody else's table become ours (docs/sources.md, its JSON Schema is
docs/mapping.schema.json). It is a file of its own, TOML or JSON, that the steward writes once for each layout."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from atlas_ld.errors import BrokenMapping
from atlas_ld.sources.table_columns import COLUMNS, LISTS, plain

MAX_BYTES = 1_000_000
FIELDS = tuple(column.name for column in COLUMNS)
_PLACEHOLDER = re.compile(r"\{(n|year)\}")
_DATE_SIGNS = {"yyyy": "%Y", "aaaa": "%Y", "yy": "%y", "aa": "%y", "mm": "%m", "dd": "%d", "jj": "%d"}
_DATE_SIGN = re.compile("|".join(_DATE_SIGNS), re.IGNORECASE)


def _known_field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"“{name}” is no field{_nearest(name, FIELDS)}")
    return name


def _date_form(form: str) -> str:
    signs = Counter(_DATE_SIGNS[sign.lower()].lower() for sign in _DATE_SIGN.findall(form))
    if signs != Counter({"%y": 1, "%m": 1, "%d": 1}) or re.search(r"[^\W_]|%", _DATE_SIGN.sub("", form)):
        raise ValueError(f"“{form}” is no form of a date; write one like MM/DD/YYYY or JJ.MM.AAAA")
    return form


FieldName = Annotated[str, AfterValidator(_known_field), WithJsonSchema({"enum": list(FIELDS)})]
DateForm = Annotated[str, AfterValidator(_date_form)]
Header = Annotated[str, Field(min_length=1, max_length=1000)]
DecimalSign = Literal[",", "."]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Part):
    """What becomes of a column: the field that it fills (`to`), or the reason why it is not read (`ignore`).

    `separator` parts several values of a cell; `date_format` is the order of day, month and year (MM/DD/YYYY);
    `values` says of words of the table which of ours they mean.
    """

    to: FieldName | None = None
    ignore: Annotated[str, Field(min_length=1)] | None = None
    separator: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    date_format: DateForm | None = None
    values: dict[str, str] = {}

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.to is None) == (self.ignore is None):
            raise ValueError("a column has either “to”, the field that it fills, or “ignore”, the reason to leave it")
        return self

    @property
    def strptime(self) -> str | None:
        """The form of dates as `datetime.strptime` takes it."""
        return self.date_format and _DATE_SIGN.sub(lambda sign: _DATE_SIGNS[sign[0].lower()], self.date_format)


def _short_form(target: Any) -> Any:
    """`"Intitulé" = "title"` is short for `"Intitulé" = { to = "title" }`."""
    return {"to": target} if isinstance(target, str) else target


ColumnUse = Annotated[Target, BeforeValidator(_short_form, json_schema_input_type=Target | FieldName)]


class FundingColumns(_Part):
    """Columns that make one line of funding. The funder and the year stand in a column or are the same for all. What
    was committed (voted, planned) and what was paid have columns of their own where the table tells them apart."""

    funder: str | None = None
    funder_column: Header | None = None
    amount_column: Header | None = None
    committed_column: Header | None = None
    paid_column: Header | None = None
    year: Annotated[int, Field(ge=1800, le=2199)] | None = None
    year_column: Header | None = None
    oudin_column: Header | None = None
    decimal: DecimalSign | None = None
    unit: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.funder is None) == (self.funder_column is None):
            raise ValueError("a block of funding has either “funder”, a name, or “funder_column”")
        if self.year is not None and self.year_column is not None:
            raise ValueError("a block of funding has either “year”, a number, or “year_column”")
        amounts = (self.amount_column, self.committed_column, self.paid_column, self.oudin_column)
        if not any((*amounts, self.year_column)):
            raise ValueError("a block of funding has “amount_column”, the header of the amounts")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """Its headers by what stands under them: funder, amount, committed, paid, year, oudin."""
        named = {
            "funder": self.funder_column, "amount": self.amount_column, "committed": self.committed_column,
            "paid": self.paid_column, "year": self.year_column, "oudin": self.oudin_column,
        }  # fmt: skip
        return {part: header for part, header in named.items() if header}


class TableMapping(_Part):
    """How the columns of tables become ours.

    `columns` names each header and what it fills; `{n}` in a header stands for a number, and columns with the same
    number belong together. `{year}` in an amount's header is the year. `funding` makes lines of funding out of columns.
    `constants` are the same for each row. Rows with one value under the header `group_by` are one record. `files` are
    patterns of names (`region/*.csv`), `sheet` the name or number (1 is the first) of a workbook's sheet, `header_row`
    the number of the row with the headers, `decimal` the sign before the decimals, `unit` how many euros a 1 is.
    """

    files: tuple[str, ...] = ()
    sheet: str | Annotated[int, Field(ge=1)] | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    group_by: Header | None = None
    decimal: DecimalSign | None = None
    columns: dict[Header, ColumnUse]
    funding: tuple[FundingColumns, ...] = ()
    constants: dict[FieldName, Annotated[str, Field(min_length=1)]] = {}

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        for header, twice in Counter(map(plain, self.columns)).items():
            if twice > 1:
                raise ValueError(f"two columns have the header “{header}”; capitals and accents do not tell them apart")
        filled: dict[str, list[str]] = {}
        for header, target in self.columns.items():
            if target.to is not None:
                filled.setdefault(target.to, []).append(header)
        for field, headers in filled.items():
            if field not in LISTS and (len(headers) > 1 or _PLACEHOLDER.search(headers[0])):
                named = " and ".join(f"“{header}”" for header in headers)
                raise ValueError(f"{named} fill “{field}”, which holds one value; keep one of them, ignore the others")
            if field in self.constants:
                raise ValueError(f"“{field}” is filled by the column “{headers[0]}” and by a constant; keep one")
        if "title" not in filled and "title" not in self.constants:
            raise ValueError("no column fills “title”, without which there is no partnership")
        return self

    def is_for(self, file: str) -> bool:
        """Whether it is for tables in a file of this name, as findings call it."""
        return not self.files or any(fnmatchcase(file, pattern) for pattern in self.files)

    def headers(self) -> Iterator[str]:
        """Every header that it names, once."""
        named = [*self.columns, *(header for block in self.funding for header in block.columns.values())]
        yield from dict.fromkeys([*named, *([self.group_by] if self.group_by else [])])


def header_pattern(header: str) -> re.Pattern[str]:
    """Matches the `plain` headers that a header of a mapping stands for; its groups are `n` and `year`."""
    pieces = _PLACEHOLDER.split(header)
    signs = {"n": "(?P<n>[0-9]{1,3})", "year": "(?P<year>[0-9]{4})"}
    # A placeholder is a word of its own while the rest is made plain.
    marks = {"n": "\ue000", "year": "\ue001"}
    written = plain("".join(marks[piece] if number % 2 else piece for number, piece in enumerate(pieces)))
    pattern = re.escape(written)
    for name, mark in marks.items():
        pattern = pattern.replace(mark, signs[name])
    return re.compile(pattern)


def load_mapping(path: Path) -> TableMapping:
    """The mapping in a file, TOML or (.json) JSON. Raises BrokenMapping, which says where and how to mend it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BrokenMapping(f"The mapping {path} is over {MAX_BYTES // 1000} kB; a mapping is a short file.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BrokenMapping(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BrokenMapping(f"The mapping {path} is not in UTF-8; save it as UTF-8.") from error
    return parse_mapping(text, str(path), is_json=path.suffix.lower() == ".json")


def parse_mapping(text: str, name: str, *, is_json: bool = False) -> TableMapping:
    """The mapping in a text; `name` is how a mistake calls it. Raises BrokenMapping."""
    try:
        values = json.loads(text) if is_json else tomllib.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BrokenMapping(f"The mapping {name} is no JSON ({error.msg.lower()}, {place}); mend it there.") from error
    except tomllib.TOMLDecodeError as error:
        told = str(error)[:1].lower() + str(error)[1:]
        raise BrokenMapping(f"The mapping {name} is no TOML: {told}. Mend it there.") from error
    except RecursionError as error:
        raise BrokenMapping(f"The mapping {name} is nested too deeply.") from error
    if isinstance(values, dict):
        values.pop("$schema", None)
    try:
        return TableMapping.model_validate(values)
    except ValidationError as error:
        raise BrokenMapping(f"The mapping {name}: {_mistake(error)}.") from error


def _mistake(error: ValidationError) -> str:
    """The first mistake in words: where, and what is there or is missing."""
    detail = error.errors(include_url=False)[0]
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    where = f"in {'.'.join(path)}: " if path else ""
    if detail["type"] == "extra_forbidden":
        above = ".".join(path[:-1])
        models: dict[str, type[_Part]] = {"columns": Target, "funding": FundingColumns}
        known = models.get(path[0] if above else "", TableMapping).model_fields
        return f"{f'in {above}: ' if above else ''}“{path[-1]}” is not known{_nearest(path[-1], tuple(known))}"
    if detail["type"] == "value_error":
        return f"{where}{detail['ctx']['error']}"
    if detail["type"] == "missing":
        return f"“{'.'.join(path)}” is missing"
    return f"{where}{detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(plain(name).replace(" ", "_"), known, n=1, cutoff=0.5)
    return f"; did you mean “{near[0]}”?" if near else f"; there are: {', '.join(known)}"
