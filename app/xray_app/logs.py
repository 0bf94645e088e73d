"""What the service writes down of itself: plain text for eyes, or a line of JSON for machines.

A line of JSON holds no personal data, by how it is made: of what a message is filled with, numbers
and addresses stay, an error leaves its kind, and text leaves nothing, since a file's name, a
declaration or a consignee may stand in it. Errors are told by their kind and the lines of code
they came through, never by their own words. Fields that are named on purpose are those of FIELDS.
"""

import ipaddress
import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from xray.errors import RecipeError

FORMS = ("text", "json")
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIELDS = ("incident", "method", "route", "status", "elapsed_ms")
LEFT_OUT = "…"
MOST_FRAMES = 20  # innermost ones


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, logger, event, and what FIELDS name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **{"level": record.levelname, "logger": record.name, "event": _event(record)},
        }
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


def check_form(form: str) -> None:
    """Stop at a form that there is not.

    Raises:
        RecipeError: with those that there are.
    """
    if form not in FORMS:
        raise RecipeError(f"XRAY_LOG must be one of {', '.join(FORMS)}, got {form!r}")


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
