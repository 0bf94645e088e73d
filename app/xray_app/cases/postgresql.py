"""PostgreSQL's own tools, which copy a database while it is used: pg_dump and pg_restore."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from xray.errors import DataError


def dump(url: URL, out: Path) -> None:
    """Copy one moment of the database into a file, in PostgreSQL's own format.

    Raises:
        DataError: the tool is not installed, or failed.
    """
    _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={out}")


def load(url: URL, copy: Path) -> None:
    """Fill an empty database from such a file, wholly or not at all.

    Raises:
        DataError: the tool is not installed, or failed.
    """
    how = ("--exit-on-error", "--single-transaction", "--no-owner")
    _run("pg_restore", url, *how, f"--dbname={url.database}", str(copy))


def _run(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program) or max(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), default=None
    )
    if found is None:
        raise DataError(
            f"{program} is not installed here; on Debian: apt-get install postgresql-client, "
            "as new as the server or newer"
        )
    said = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username}
    said |= {"PGPASSWORD": url.password, "PGDATABASE": url.database}
    # By the environment: a password among the arguments is there for every user to read.
    environment = os.environ | {name: str(value) for name, value in said.items() if value}
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise DataError(f"{program} failed: {done.stderr.strip()[-500:]}")
