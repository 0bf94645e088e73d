"""What the service writes down of itself: a line of JSON for machines, or plain text for eyes.

A line of JSON holds no personal data, by how it is made: of what a message is filled with, numbers
and addresses stay, an error leaves its kind, and text leaves nothing, since a file's name, a
declaration or a consignee may stand in it. Errors are told by their kind and the lines of code
they came through, never by their own words. Fields that are named on purpose are those of FIELDS
and ABOUT: the request and the case that something is done for, by numbers that the service made.
Plain text is for looking for a fault: it says names of files, and errors in their own words.
"""

import ipaddress
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from xray.errors import RecipeError

FORMS = ("text", "json")
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIELDS = ("incident", "method", "route", "status", "elapsed_ms")
ABOUT = ("request", "case")
LEFT_OUT = "…"
MOST_FRAMES = 20  # innermost ones

_about: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, logger, event, and what FIELDS name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **{"level": record.levelname, "logger": record.name, "event": _event(record)},
        }
        said |= {name: value for name, value in about().items() if name in ABOUT}
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            said |= {"error": _kind(error), "through": _frames(error)}
        return json.dumps(said, ensure_ascii=False)


def configure(form: str) -> None:
    """Log to standard error in this form from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    if form == "json":
        logging.getLogger("xray_app").setLevel(logging.INFO)
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
    threading.excepthook = _thread_ended  # of pynetdicom's, by what stations send out of order


def keep_libraries_out() -> None:
    """From now on nothing but our own lines reaches standard error: what a library prints of a
    file may hold what stands in the file.
    """
    ours = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(ours)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def begin(**said: str) -> None:
    """What this context does from now on, until its end, is done for this request or case."""
    _about.set(dict(said))


def of_case(case_id: str) -> None:
    """What this context does turns out to be done for this case; outside of any, nothing happens.

    Threads that a request is answered in share what it is done for.
    """
    said = _about.get()
    if said is not None:
        said["case"] = case_id


@contextmanager
def doing(**said: str) -> Iterator[None]:
    """What is done within is done for this case, besides what it was done for already."""
    token = _about.set({**about(), **said})
    try:
        yield
    finally:
        _about.reset(token)


def about() -> Mapping[str, str]:
    """What this context does something for, to be told to another process."""
    return _about.get() or {}


def check_form(form: str) -> None:
    """Stop at a form that there is not.

    Raises:
        RecipeError: with those that there are.
    """
    if form not in FORMS:
        raise RecipeError(f"XRAY_LOG must be one of {', '.join(FORMS)}, got {form!r}")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("xray_app").critical("uncaught", exc_info=(kind, error, trace))


def _thread_ended(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is not None and end.exc_type is not SystemExit:
        why = (end.exc_type, end.exc_value, end.exc_traceback)
        logging.getLogger("xray_app").warning("a thread ended by an error", exc_info=why)


def _event(record: logging.LogRecord) -> str:
    if not record.name.startswith("xray_app"):
        return "of a library"  # which may have put anything into it
    given = record.args if isinstance(record.args, tuple) else ()
    template = str(record.msg).replace("%r", "%s").replace("%d", "%s")
    return template % tuple(map(_safe, given)) if given else template


def _safe(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return _kind(value)
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return LEFT_OUT


def _kind(error: BaseException) -> str:
    return type(error).__qualname__


def _frames(error: BaseException) -> list[str]:
    stack = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in stack]
