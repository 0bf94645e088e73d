"""The bodies that come in and go out, as OpenAPI describes them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from xray.report import Outcome
from xray_app.access.roles import Right, Role
from xray_app.cases.states import Disposition, Kind, Reason, Says, State, Verdict

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL takes in no text
MOST_OF_A_NAME = 200  # letters, as the tables take them
YEARS = range(1970, 10_000 - 1)  # in which a moment is one in every time zone

Text = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]
Word = Annotated[str, StringConstraints(max_length=MOST_OF_A_NAME, pattern=NO_NUL)]
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=MOST_OF_A_NAME,
        pattern=r"^[^\x00-\x1f\x7f]+$",
    ),
]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Position = Annotated[int, Field(ge=0, le=7)]  # of a view
Pixel = Annotated[float, Field(allow_inf_nan=False)]
Xyxy = tuple[Pixel, Pixel, Pixel, Pixel]


def bounded(moment: datetime) -> datetime:
    """A moment that can be told in every time zone.

    Raises:
        ValueError: it lies outside of YEARS.
    """
    if moment.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS[0]} to {YEARS[-1]}, got {moment.year}")
    return moment


def as_label(text: str) -> str:
    """As the taxonomy writes labels, whoever types them.

    >>> as_label(" Gun  Part")
    'gun_part'

    Raises:
        ValueError: it grew too long: some letters are two in lower case.
    """
    label = "_".join(text.lower().split())
    if len(label) > MOST_OF_A_NAME:
        raise ValueError(f"expected {MOST_OF_A_NAME} letters at most, got {len(label)}")
    return label


Label = Annotated[Name, AfterValidator(as_label)]
Moment = Annotated[AwareDatetime, AfterValidator(bounded)]


class Strict(BaseModel):
    """No field that we do not know: a misspelt one must not be dropped silently."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What every error says."""

    error: str  # one sentence


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in (
        (400, "The request cannot be read."),
        (401, "Nobody we know: sign in, or send a key."),
        (403, "Known, but without the right to it."),
        (404, "There is no such thing, or it is another's."),
        (409, "It has changed since it was read."),
        (413, "It is larger than is taken."),
        (422, "It was understood, and cannot be."),
        (503, "Not now: too much waits, or something is away. Retry-After says when."),
        (507, "The disk is full."),
    )
}

OUR_FAULT: dict[int | str, dict[str, Any]] = {
    500: {"model": Problem, "description": "It failed on our side, whatever was sent."}
}


def content(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """How an answer that is no JSON of ours is described.

    >>> content("image/jpeg")
    {200: {'content': {'image/jpeg': {}}}}
    """
    return {200: {"content": {kind: {} for kind in kinds}}}


class Declaration(Strict):
    """What the consignment is declared to be."""

    hs_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,10}$")] | None = None
    description: Text | None = None
    weight_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    origin: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None  # ISO 3166-1
    consignee: Name | None = None
    # What the clearance system is asked by, where one is configured.
    cargo_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{15,19}$")] | None = None
    house_bill: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,20}$")] | None = None
    bill_year: Annotated[int, Field(ge=1990, le=2100)] | None = None  # when it arrived


class View(Strict):
    """What the sender knows of one view."""

    name: Name | None = None
    pixel_mm: Annotated[float, Field(gt=0, lt=1000)] | None = None


class About(Strict):
    """What a scan is of. Scanner, container and consignment are its identity."""

    kind: Kind = Kind.LIVE
    scanner: Name | None = None
    lane: Name | None = None
    container: Annotated[str, StringConstraints(max_length=20)] | None = None  # ISO 6346
    consignment: Name | None = None  # number of the declaration or the parcel
    declaration: Declaration = Declaration()
    views: Annotated[list[View], Field(max_length=8)] = []


class Received(BaseModel):
    """A scan is kept."""

    id: str
    state: State
    new: bool = Field(description="false: the same scan is here already, as this case")
    flags: list[str]


class Progress(BaseModel):
    """How far a case is, without what the machine says of it."""

    id: str
    state: State
    problem: str | None = Field(description="why it could not be read or inspected")


class CaseOut(BaseModel):
    """A case as its reader may see it."""

    id: str
    kind: Kind
    state: State
    version: int
    for_supervisor: bool
    holder: str | None
    lease_until: datetime | None
    held_until: datetime | None
    held_why: str | None
    outcome: Outcome | None
    score: float | None
    disposition: Disposition | None
    problem: str | None
    flags: list[str]
    scanner: str | None
    lane: str | None
    container: str | None
    consignment: str | None
    declaration: dict[str, Any]
    received_at: datetime
    waiting_at: datetime | None
    closed_at: datetime | None


class CasePage(BaseModel):
    """Some cases, newest first, and where the next page begins."""

    cases: list[CaseOut]
    next: str | None


class Said(BaseModel):
    """A decision that was made."""

    verdict: Verdict
    code: Reason | None = Field(description="why, where it was not cleared")
    reason: str
    marks: list[dict[str, Any]]
    decided_by: str
    decided_at: datetime
    is_correction: bool


class Searched(BaseModel):
    """What a search found, or what a supervisor says it found."""

    found: bool
    what: list[str]
    note: str
    searched_by: str
    searched_at: datetime
    is_correction: bool


class OpinionOut(BaseModel):
    """What an officer said of one finding, or of one box of their own."""

    view: int
    says: Says
    finding: int | None = Field(description="its number in the view's report, from 1")
    drawn: str | None = Field(description="what the officer's own box is known by")
    label: str
    xyxy_px: list[float]
    said_by: str
    said_at: datetime


class Opinions(BaseModel):
    """What stands, and whether the reader may add to it."""

    reader: str = Field(description="who asks: a page may have been opened by another")
    version: int
    mine: bool = Field(description="the reader holds the case, and nobody else may write")
    labels: list[str] = Field(description="to choose from; others may be typed")
    standing: list[OpinionOut]
    drawn: list[str] = Field(description="every box ever drawn, first to last: A, B, ...")


class ViewOut(BaseModel):
    """One view of a case."""

    position: int
    name: str | None
    file_name: str
    sha256: str
    width_px: int | None
    height_px: int | None
    has_report: bool


class CaseFile(CaseOut):
    """A case with everything that was said of it."""

    views: list[ViewOut]
    decisions: list[Said]
    searches: list[Searched]
    opinions: list[OpinionOut] = Field(description="all that were ever said, oldest first")
    links: list[str]
    clearance: dict[str, Any] | None = Field(description="what the clearance system says of it")


class AtVersion(Strict):
    """What a change is based on: the version that the caller saw."""

    version: Version


class Hold(AtVersion):
    """Set a case aside."""

    until: Moment
    why: Text


class Escalate(AtVersion):
    """Leave a case to a supervisor."""

    why: Text


class HandOver(AtVersion):
    """Give a case to another officer."""

    to: Name


class Mark(Strict):
    """A box that an officer drew."""

    label: Name
    xyxy_px: Xyxy
    view: Position = 0


class Say(AtVersion):
    """What an officer says of one finding (`finding`), or of one box of their own (`drawn`)."""

    officer: Word | None = Field(None, description="whose word it is; of nobody else it is taken")
    view: Position = 0
    says: Says
    finding: Annotated[int, Field(ge=1, le=65_535)] | None = None
    drawn: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    label: Label | None = None
    xyxy_px: Xyxy | None = None


class Decide(AtVersion):
    """A decision, or the correction of one."""

    verdict: Verdict
    code: Reason | None = None
    reason: Text = ""
    marks: Annotated[list[Mark], Field(max_length=100)] = []


class CorrectSearch(AtVersion):
    """What a search found in truth; what was said before stays, and this counts."""

    found: bool
    what: Annotated[list[Name], Field(max_length=50)] = Field([], description="labels of it")
    note: Text = Field(description="why it is corrected")


class SignIn(Strict):
    """Name and password."""

    name: Name
    password: Annotated[str, StringConstraints(max_length=256)]


class NewPerson(SignIn):
    """Somebody new."""

    role: Role


class ChangePerson(Strict):
    """What changes of a person; what is left out stays."""

    role: Role | None = None
    active: bool | None = None
    password: Annotated[str, StringConstraints(max_length=256)] | None = None


class NewKey(Strict):
    """A key for a machine."""

    name: Name
    scopes: Annotated[list[Right], Field(min_length=1, max_length=20)]
    ends_at: Moment | None = None
