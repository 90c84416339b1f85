"""The record: one partnership as one source tells it, before any RDF.

Sources make records, the mapping turns them into triples and back, and a JSON file is one record written out.
Nothing here holds the name or address of a person: readers keep functions and posts only.
The JSON Schema of a record is published as docs/record.schema.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from atlas_ld.findings import Finding
from atlas_ld.iris import short_hash, slug
from atlas_ld.rdf import node

T = TypeVar("T")


def _valid_iri(address: str) -> str:
    node(address)  # raises ValueError, which pydantic reports
    return address


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-]+[a-z0-9]+)*$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]+$"), AfterValidator(_valid_iri)]
Amount = Annotated[Decimal, Field(ge=-(10**12), le=10**12, max_digits=31, decimal_places=18)]
"""Euros: as many as a sum can be, and decimals that the store holds (xsd:decimal in 128 bits). Else an exponent makes
gigabytes of zeros of a few letters. What is merely wrong (negative, a year of three digits) the shapes tell."""
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A month of a year, `2020-12`."""
Number = Annotated[int, Field(ge=-999_999, le=999_999)]
_MOST = 1000
"""Participants and funding lines of one record: each is matched, which takes milliseconds."""
Tri = Literal["yes", "no", "unknown"]
Form = Literal["decentralised-cooperation-project", "twinning", "framework-agreement", "humanitarian", "other-action"]
Status = Literal["under-way", "ended", "dormant"]
Role = Literal["french-authority", "foreign-partner", "contracting-authority", "implementer"]
Section = Literal["partners", "funding", "texts", "follow-up"]
"""Parts of a page that a source may not show at all. A section that is not listed as undocumented was there.

A form, status, role or answer that no code list knows is kept as the source writes it, in the same field."""


def _one_per(items: Iterable[T], key: Callable[[T], object]) -> tuple[T, ...]:
    """The first item for each key, in the order of the items."""
    first: dict[object, T] = {}
    for item in items:
        first.setdefault(key(item), item)
    return tuple(first.values())


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ThemeChoice(_Part):
    """Another theme of a partnership: its labels, top level first, and its rank (1 is the highest)."""

    path: tuple[Text, ...] = Field(min_length=1, max_length=3)
    priority: Number


class GoalChoice(_Part):
    """A Sustainable Development Goal (1 to 17) and its relevance: 2 for first, 1 for second."""

    number: Number
    relevance: Number


class Participant(_Part):
    """A body that takes part, named as the source names it.

    `kind` is what the source says it is (commune, departement, region, epci, metropole, syndicat, com...);
    `country` is the country as written, a French or English name or an ISO 3166-1 alpha-2 code.
    `contact_functions` are the functions of its contacts, never their names.
    """

    name: Text
    role: Role | Text
    kind: Text | None = None
    country: Text | None = None
    siren: Text | None = None
    contact_functions: tuple[Text, ...] = ()

    @field_validator("contact_functions")
    @classmethod
    def _in_one_order(cls, functions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(functions)))


class Funding(_Part):
    """One line of the funding table. Amounts in euros; `oudin` is the share under the law of 9 February 2005.

    A line for several years has a `first_year` and a `last_year`, and no `year`: its amount is that of them all.
    `committed` and `paid` are there where the source tells them apart; `amount` is what counts in sums: what the source
    declares, else what was committed, else what was paid.
    """

    funder: Text
    amount: Amount | None = None
    committed: Amount | None = None
    paid: Amount | None = None
    year: Number | None = None
    first_year: Number | None = None
    last_year: Number | None = None
    oudin: Amount | None = None

    @model_validator(mode="after")
    def _in_canonical_form(self) -> Self:
        if self.amount is None:
            object.__setattr__(self, "amount", self.paid if self.committed is None else self.committed)
        if self.first_year is not None and self.first_year == self.last_year and self.year in (None, self.first_year):
            object.__setattr__(self, "year", self.first_year)
            object.__setattr__(self, "first_year", None)
            object.__setattr__(self, "last_year", None)
        return self

    @property
    def order(self) -> tuple[int, str, str]:
        """By year, then by funder."""
        return self.year or self.first_year or 0, slug(self.funder), self.when

    @property
    def when(self) -> str:
        """The year, `2019-2021` for several; empty where none is known."""
        if self.year is not None:
            return str(self.year)
        return "-".join(str(year) for year in (self.first_year, self.last_year) if year is not None)


class Origin(_Part):
    """Where a record comes from: one source as it was observed once.

    `sha256` is of the bytes read; `address` is the page's own, where it has one; `retrieved` is the day of the
    observation, as the source or the name of its file states it. Where several sources tell of a record, `fields` are
    those to which this one contributed; `superseded` is an observation that a newer one of the same source replaced.
    """

    title: Text
    address: Address | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    retrieved: date | None = None
    fields: tuple[Text, ...] = ()
    superseded: bool = False

    @field_validator("fields")
    @classmethod
    def _known_once(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(fields) - PartnershipRecord.model_fields.keys())
        if unknown:
            raise ValueError(f"no field of a record: {', '.join(unknown)}")
        return tuple(sorted(set(fields)))


class PartnershipRecord(_Part):
    """One partnership. Empty and absent are the same; `undocumented` tells which sections the source did not show."""

    identifier: Text | None = None
    title: Text | None = None
    form: Form | Text | None = None
    first_signature_year: Number | None = None
    start_year: Number | None = None
    end_date: date | None = None
    end_month: Month | None = None
    end_year: Number | None = None
    status: Status | Text | None = None
    continues: Key | None = None

    main_theme: tuple[Text, ...] = Field(default=(), max_length=3)
    other_themes: tuple[ThemeChoice, ...] = ()
    keywords: tuple[Text, ...] = ()
    goals: tuple[GoalChoice, ...] = ()

    context: Text | None = None
    history: Text | None = None
    objectives: Text | None = None
    local_objectives: Text | None = None
    french_objectives: Text | None = None
    description: Text | None = None
    beneficiaries: Text | None = None

    participants: tuple[Participant, ...] = Field(default=(), max_length=_MOST)
    funding: tuple[Funding, ...] = Field(default=(), max_length=_MOST)
    posts: tuple[Text, ...] = ()
    post_functions: tuple[Text, ...] = ()

    triennial: Tri | Text = "unknown"
    communication_in_france: Tri | Text = "unknown"
    communication_abroad: Tri | Text = "unknown"
    evaluation: Tri | Text = "unknown"
    volunteer_count: Number | None = None
    volunteer_missions: tuple[Text, ...] = ()

    undocumented: tuple[Section, ...] = ()
    origins: tuple[Origin, ...] = ()
    findings: tuple[Finding, ...] = ()

    @model_validator(mode="after")
    def _in_canonical_form(self) -> Self:
        """Order and repetition say nothing in these lists, so they have one form, and equal records equal bytes."""
        end = self.end_date.isoformat() if self.end_date else self.end_month
        canonical = {
            "end_month": None if self.end_date else self.end_month,
            "end_year": int(end[:4]) if end else self.end_year,
            "funding": tuple(sorted(self.funding, key=lambda line: line.order)),
            "other_themes": tuple(sorted(set(self.other_themes), key=lambda choice: (choice.priority, choice.path))),
            "goals": _one_per(sorted(self.goals, key=lambda g: (-g.relevance, g.number)), lambda g: g.number),
            "keywords": tuple(sorted(set(self.keywords))),
            "posts": _one_per(sorted(self.posts), slug),
            "post_functions": tuple(sorted(set(self.post_functions))),
            "volunteer_missions": tuple(sorted(set(self.volunteer_missions))),
            "undocumented": tuple(sorted(set(self.undocumented))),
            "origins": tuple(sorted(set(self.origins), key=lambda origin: origin.model_dump_json())),
        }
        for name, value in canonical.items():
            object.__setattr__(self, name, value)
        return self

    @property
    def key(self) -> str:
        """The source's own id, else the title and the first year that is known (docs/iri-policy.md)."""
        if self.identifier:
            return slug(self.identifier)
        year = self.first_signature_year or self.start_year or self.end_year
        name = slug(self.title) if self.title else f"untitled-{short_hash(self.model_dump_json(exclude={'findings'}))}"
        return f"{name}-{year}" if year else name

    def to_json(self) -> str:
        """One JSON document of this record, without the fields that say nothing, ending with a line feed."""
        return self.model_dump_json(indent=2, exclude_defaults=True) + "\n"
