"""The auditor's page: who did what to which case, and whether the record is whole."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from xray_app.access.roles import Actor
from xray_app.api.shapes import Word
from xray_app.api.signing import Audits
from xray_app.api.signing import TheService as Service
from xray_app.cases import audit, chronicle, integrity, listing, lookup, profiles
from xray_app.cases.audit import Entry, Verified
from xray_app.cases.chronicle import PAGE, Asked
from xray_app.desk.navigation import AUDIT
from xray_app.desk.rooms import frame, thresholds
from xray_app.languages import say, spoken

Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
CASE_LETTERS = 32
OF_PROFILES = (profiles.PUT, profiles.WITHDRAWN)
YEARS = range(1900, 9000)  # far from where a day of another zone is no date any more
SHOWN_LETTERS = 12  # of hashes and IDs; whole in the title

router = APIRouter(include_in_schema=False)


@router.get(AUDIT.path)
def show(
    request: Request,
    actor: Audits,
    service: Service,
    by: Word = "",
    action: Word = "",
    subject: Word = "",
    since: Day = "",
    until: Day = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> HTMLResponse:
    """A page of entries."""
    chosen = {
        "by": by,
        "action": action,
        "subject": subject,
        "since": since,
        "until": until,
    }
    return _page(request, actor, service, chosen, before)


@router.post(AUDIT.path)
def verify(request: Request, actor: Audits, service: Service) -> HTMLResponse:
    """The whole chain checked, and what it seals."""
    with service.database.read() as connection:
        checked = integrity.verify(connection)
    return _page(request, actor, service, {}, None, checked)


def _page(
    request: Request,
    actor: Actor,
    service: Service,
    chosen: dict[str, str],
    before: int | None,
    checked: Verified | None = None,
) -> HTMLResponse:
    chosen = dict.fromkeys(("by", "action", "subject", "since", "until"), "") | chosen
    zone = frame.zone(request)
    with service.database.read_at_length() as connection:
        cases = lookup.by_whole_number(connection, chosen["subject"])
        asked = Asked(
            chosen["by"],
            chosen["action"],
            chosen["subject"],
            tuple(case.id for case in cases),
            _day(chosen["since"]),
            _day(chosen["until"]),
            before,
            zone,
        )
        found = chronicle.entries(connection, asked)
        names = listing.names(connection, [e.subject for e in found if _is_case(e)])
        values: dict[str, Any] = {"actions": chronicle.actions(connection)}
        values["head"] = audit.head(connection)
        numbers = [json.loads(e.body)["profile"] for e in found if e.action in OF_PROFILES]
        texts = profiles.texts(connection, numbers)
    more = found[PAGE - 1].seq if len(found) > PAGE else None
    link = urlencode({name: value for name, value in chosen.items() if value})
    values |= {
        "rows": [_row(entry, texts, names) for entry in found[:PAGE]],
        "chosen": chosen,
        "zone": zone.key,
        "more": more,
    }
    values |= {"link": link, "checked": checked, "in_words": _in_words}
    return frame.page(request, actor, AUDIT, **values)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:  # no such day
        return None
    return day if day and day.year in YEARS else None


def _is_case(entry: Entry) -> bool:
    return len(entry.subject) == CASE_LETTERS and set(entry.subject) <= set("0123456789abcdef")


def _row(
    entry: Entry, texts: Mapping[int, tuple[str, str]], names: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "entry": entry,
        "said": _said(entry, texts),
        "is_case": _is_case(entry),
        "name": names.get(entry.subject, ""),
        "n": SHOWN_LETTERS,
    }


def _said(entry: Entry, texts: Mapping[int, tuple[str, str]]) -> str:
    body: dict[str, Any] = json.loads(entry.body)
    if entry.action in OF_PROFILES:
        return thresholds.recorded(body, texts)
    said = (
        f"{_in_words('body', name.replace('_', ' '))}: {_short(value)}"
        for name, value in body.items()
    )
    return ", ".join(said)


def _in_words(kind: str, code: str) -> str:
    """A code of the chain: an action ("did"), an actor, a page ("subject"), a value or what it is
    called ("body").
    """
    return spoken().known(f"{kind}|{code}") or code


def _short(value: Any) -> str:
    """A value of an entry's body in a few letters.

    >>> _short("ab" * 32), _short(["x" * 64]), _short(True), _short([])
    ('abababababab…', 'xxxxxxxxxxxx…', 'yes', 'none')
    """
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, dict):  # seals by name
        named = (f"{_in_words('body', name)} {_short(seal)}" for name, seal in value.items())
        return " · ".join(named)
    if isinstance(value, list):
        return " ".join(map(_short, value)) or say("body|none")
    text = _in_words("value", str(value))
    return f"{text[:SHOWN_LETTERS]}…" if len(text) > 2 * SHOWN_LETTERS else text
