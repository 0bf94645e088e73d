"""What an officer's page shows where the database cannot do what they asked."""

import json
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Actor, Role
from xray_app.cases.errors import Full
from xray_app.desk.officer import OfficerDesk
from xray_app.desk.officer_page import Handlers
from xray_app.desk.page import STAYS, Parts

NOT_NOW = "The desk could not do that just now; try again."
LOCKED = OperationalError("UPDATE cases", {}, Exception("database is locked"))
SENT = {"uploads": ["1"], "sent": 7, "name": "clear", "case": "a", "version": 1}
EVENT = gr.EventData(None, {**SENT, "note": "", "code": "", "to": "", "minutes": 30})


class Broken:
    """A desk of which the database answers nothing but, where it `knows`, who asks."""

    def __init__(self, error: Exception, knows: bool = True) -> None:
        self.error, self.knows = error, knows

    def who(self, *_: object) -> Actor:
        if not self.knows:
            raise self.error
        return Actor("kim", frozenset(), Role.SCREENER)

    def header(self, _: object) -> str:
        return "bar"

    def why(self, error: Exception) -> str:
        return f"{error}."

    def __getattr__(self, _: str) -> Any:
        def fail(*_: object) -> None:
            raise self.error

        return fail


def asked(event: str, desk: Broken) -> Parts:
    """What the page's parts become by an event."""
    request = SimpleNamespace(cookies={}, headers={}, query_params={})
    given = {"acted": ("a", EVENT), "selected": (EVENT,), "added": (EVENT,), "loaded": ()}
    given |= {"ticked": ("a", 0.0)}
    handlers = Handlers(cast(OfficerDesk, desk))
    answer = getattr(handlers, event)(*given.get(event, ("a",)), cast(gr.Request, request))
    return cast(Parts, answer)


def told(part: Any) -> str:
    """Why a part is told that nothing was done."""
    assert list(part.props) == ["failed"], "all else stays as it is"
    return str(json.loads(part.props["failed"])[1])


@pytest.mark.parametrize("knows", [True, False])
@pytest.mark.parametrize("error", [LOCKED, NoConnection("none within 10 s")])
@pytest.mark.parametrize("event", ["acted", "selected"])
def test_what_an_officer_asked_in_vain_is_said_and_everything_stays(
    event: str, error: SQLAlchemyError, knows: bool
) -> None:
    *_, opened, undoable, queue, case, scan = asked(event, Broken(error, knows))
    assert opened == scan == STAYS
    assert [told(undoable), told(queue), told(case)] == ["", "", NOT_NOW]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (LOCKED, NOT_NOW),
        (Full("too many scans wait for inspection", 5), "too many scans wait for inspection."),
        (NotSignedIn("it is over"), "Your session has ended. Load this page again to sign in."),
    ],
)
def test_an_upload_in_vain_is_said_where_it_was_sent_and_leaves_the_open_case(
    error: Exception, why: str
) -> None:
    add = cast(Any, asked("added", Broken(error, knows=not isinstance(error, NotSignedIn))))
    number, case_id, said = json.loads(add.props["done"])
    assert (number, case_id) == (7, "")
    assert said.startswith(why)


def test_the_same_said_twice_is_told_apart() -> None:
    first, second = (cast(Any, asked("acted", Broken(LOCKED))[3]).props for _ in range(2))
    assert first != second


def test_what_nobody_asked_for_is_tried_again_and_not_spoken_of() -> None:
    assert asked("ticked", Broken(LOCKED)) == (STAYS,) * 5
    opened, undoable, *others = asked("settled", Broken(LOCKED))
    assert [opened, *others] == [STAYS] * 4
    assert told(undoable) == ""


def test_a_page_that_is_opened_in_vain_says_so() -> None:
    bar, opened, *_, case, scan = asked("loaded", Broken(LOCKED))
    assert (told(bar), opened, scan) == ("", None, "")
    assert "this page is loaded again by itself" in str(case)


@pytest.mark.parametrize("event", ["acted", "ticked", "settled", "loaded"])
def test_a_fault_of_ours_is_not_called_passing(event: str) -> None:
    with pytest.raises(ZeroDivisionError):
        asked(event, Broken(ZeroDivisionError()))
