"""Files that a failed transaction brought in go again, as its rows did.

They stood under their hashes before it was committed, and a full disk may refuse it only then: if
they stayed, each try of a sender would leave one more that no case names.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from xray_app.cases.contents import Contents, Staged
from xray_app.cases.database import Database

log = logging.getLogger("xray_app.bringing")


@contextmanager
def bringing(database: Database, contents: Contents, files: Sequence[Staged]) -> Iterator[None]:
    """Around a write transaction that adopts files: where it fails, those that it brought in go.

    What was here before stays, and what has a row: another may have brought it in meanwhile, and a
    commit whose answer was lost may have come about.
    """
    here = {file.sha256 for file in files if contents.path(file.sha256).exists()}
    try:
        yield
    except Exception:
        adopted = {file.sha256 for file in files if not file.path.exists()} - here
        if adopted:
            _take_out(database, contents, sorted(adopted))
        raise


def _take_out(database: Database, contents: Contents, hashes: Sequence[str]) -> None:
    try:
        with database.write() as connection:  # which waits until the one that failed has ended
            contents.remove(connection, hashes)
    except (SQLAlchemyError, OSError):  # whoever asked is told of the error before this one
        log.warning(
            "what a failed transaction brought in stays until the next start sets it aside: %s",
            ", ".join(one[:12] for one in hashes),
            exc_info=True,
        )
