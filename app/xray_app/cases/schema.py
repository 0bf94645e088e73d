"""Bringing a database to the tables that this version knows, and back, by Alembic.

Only who starts a service, or asks for it, brings older tables up: a copy of them can be made first.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from xray_app.cases.database import Database
from xray_app.cases.errors import CaseError
from xray_app.cases.patience import unhurried

FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Make the tables, or bring older ones up to a revision. Nothing is done twice.

    Raises:
        CaseError: the tables are newer than this version, or there is no such revision.
    """
    _lead(database, command.upgrade, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the tables back to a revision; `base` leaves none, and nothing that was in them.

    Raises:
        CaseError: as by `upgrade`.
    """
    _lead(database, command.downgrade, revision)


def make(database: Database) -> None:
    """Make the tables where there are none; those that are there stay as they are.

    Raises:
        CaseError: they are older or newer.
    """
    if current(database) is None:
        upgrade(database)
    check(database)


def current(database: Database) -> str | None:
    """The revision that the database is at; None: no tables yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str | None:
    """The revision that this version of the program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def check(database: Database) -> None:
    """Stop where the tables are not those that this version knows.

    Raises:
        CaseError: they are older or newer.
    """
    there, wanted = current(database), newest()
    if there == wanted:
        return
    _check_known(there)
    raise CaseError(
        f"the database is at revision {there}, this version needs {wanted}; make a copy of it by "
        "xray-app database backup, then run: xray-app database upgrade"
    )


def _check_known(there: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if there is not None and there not in known:
        raise CaseError(
            f"the database is at revision {there}, which this version does not know: a newer one "
            "made it; install that, or put back a copy from before"
        )


def _lead(database: Database, way: Callable[[Config, str], None], revision: str) -> None:
    _check_known(current(database))
    config = _config()
    with database.write() as connection:
        unhurried(connection)
        config.attributes["connection"] = connection
        try:
            way(config, revision)
        except CommandError as error:
            raise CaseError(f"the tables cannot be led to revision {revision}: {error}") from None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
