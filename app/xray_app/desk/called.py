"""Sentences that name a case by its ID, as the service's errors do: officers know it by a name."""

import re

from sqlalchemy import Connection

from xray_app.cases.listing import names

ID = re.compile(r"\b[0-9a-f]{32}\b")


def by_name(connection: Connection, text: str) -> str:
    """The text with each case's name in place of its ID; an ID that is no case's stays.

    A case that has no name goes by the beginning of its ID, as `wording.case_name` has it.
    """
    found = ID.findall(text)
    known = names(connection, found) if found else {}
    return ID.sub(lambda one: known.get(one[0], one[0]) or one[0][:8], text)
