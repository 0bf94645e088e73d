"""Sentences that name a case by its ID, as the service's errors do: officers know it by a name."""

import re

from sqlalchemy import Connection

from xray_app.cases.case import load
from xray_app.cases.errors import NotFound
from xray_app.cases.listing import first_files
from xray_app.wording import case_name

ID = re.compile(r"\b[0-9a-f]{32}\b")


def by_name(connection: Connection, text: str) -> str:
    """The text with each case's name in place of its ID; an ID that is no case's stays."""

    def name(found: re.Match[str]) -> str:
        case_id = found[0]
        try:
            case = load(connection, case_id)
        except NotFound:
            return case_id
        return case_name(case, first_files(connection, [case_id]).get(case_id, case_id[:8]))

    return ID.sub(name, text)
