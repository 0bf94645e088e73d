"""Bringing a database to the tables that this version knows, and back, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from xray_app.cases.database import Database
from xray_app.cases.errors import CaseError

FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Make the tables, or bring older ones up to a revision. Nothing is done twice."""
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the tables back to a revision; `base` leaves none, and nothing that was in them."""
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current(database: Database) -> str | None:
    """The revision that the database is at; None: no tables yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def check(database: Database) -> None:
    """Stop where the tables are not those that this version knows.

    Raises:
        CaseError: they are older or newer.
    """
    there, wanted = current(database), newest()
    if there != wanted:
        raise CaseError(
            f"the database is at revision {there}, this version needs {wanted}; "
            "run: xray-app database upgrade"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
