"""What is logged meanwhile, as lines of JSON."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from xray_app import logs

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def heard(name: str = "") -> Iterator[Lines]:
    """Gives every line since, read; that fails where one is not JSON.

    Args:
        name: of the logger that is listened to; of ours, all from INFO on are heard.
    """
    out, listened, ours = StringIO(), logging.getLogger(name), logging.getLogger("xray_app")
    handler, before = logging.StreamHandler(out), ours.level
    handler.setFormatter(logs.JsonLines())
    listened.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    finally:
        ours.setLevel(before)
        listened.removeHandler(handler)
