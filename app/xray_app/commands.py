"""What an administrator does beside a running service: people, audit chain, tables, dossiers."""

import json
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xray.errors import RecipeError
from xray_app import running
from xray_app.settings import Settings

if TYPE_CHECKING:
    from xray_app.cases.alone import Alone
    from xray_app.cases.database import Database
    from xray_app.exchange.export import Table
    from xray_app.inspectors.opening import Opening
    from xray_app.service import Service

user = typer.Typer(no_args_is_help=True, help="People who may sign in.")
audit = typer.Typer(no_args_is_help=True, help="The chain of what was done.")
database = typer.Typer(no_args_is_help=True, help="The tables of the cases.")
dossier = typer.Typer(no_args_is_help=True, help="Everything of one case, signed.")
export = typer.Typer(no_args_is_help=True, help="Decided cases for research.")
COMMAND_LINE = "command line"  # the actor in the audit chain
GROUPS = {"export": export, "user": user, "audit": audit, "database": database, "dossier": dossier}


@user.command("add")
def add_user(
    name: str,
    role: Annotated[str, typer.Option(help="screener, supervisor, manager, auditor, ...")],
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; without it, it is asked for.")
    ] = None,
    outside: Annotated[
        bool, typer.Option("--outside", help="Signs in by OpenID Connect, without a password.")
    ] = False,
) -> None:
    """Make a person who may sign in."""
    from xray_app.access.roles import Role

    try:
        wanted = Role(role)
    except ValueError:
        raise RecipeError(f"--role must be one of {', '.join(Role)}, got {role!r}") from None
    if outside:
        with running.opened(Settings.read(os.environ)) as service:
            service.people.add_outside(COMMAND_LINE, name, wanted)
        print(f"{name} may sign in from outside as {wanted}.")
        return
    if password_file is None:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = password_file.read_text(encoding="utf-8").rstrip("\n")
    with running.opened(Settings.read(os.environ)) as service:
        service.people.add(COMMAND_LINE, name, password, wanted)
    print(f"{name} may sign in as {wanted}.")


@audit.command("verify")
def verify_audit(
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A file that `audit anchor` wrote.")
    ] = None,
    files: Annotated[
        bool, typer.Option("--files", help="Read every kept file too, whether it is what came in.")
    ] = False,
) -> None:
    """Check the whole chain and what it seals; names the first entry that does not hold."""
    from xray_app.cases import integrity
    from xray_app.cases.audit import Head

    anchors = []
    for file in anchor or []:
        kept = json.loads(file.read_text(encoding="utf-8"))
        anchors.append(Head(int(kept["seq"]), str(kept["hash"])))
    with running.opened(Settings.read(os.environ)) as service:
        with service.database.read() as there:
            checked = integrity.verify(there, anchors)
        broken = integrity.broken_files(service.database, service.contents) if files else []
    if checked.problem:
        print(f"BROKEN after {checked.entries} entries: {checked.problem}")
    else:
        print(f"The chain holds: {checked.entries} entries.")
    if broken:
        print(f"{len(broken)} files are missing or were changed; put copies back of:", *broken)
    elif files:
        print("Every file is what was kept.")
    if checked.problem or broken:
        raise SystemExit(1)


@audit.command("anchor")
def anchor_audit(out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Write the newest entry's hash, to be kept where nobody who runs the service can change it."""
    from xray_app.cases.audit import head

    with running.opened(Settings.read(os.environ)) as service, service.database.read() as there:
        newest = head(there)
    kept = {"seq": newest.seq, "hash": newest.hash, "at": datetime.now(UTC).isoformat()}
    out.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    print(f"{out}: entry {newest.seq}, {newest.hash}")


@database.command("backup")
def backup_database(out: Annotated[Path, typer.Option(help="A folder that is not there.")]) -> None:
    """Copy the database and every scan, while the service runs; PostgreSQL by its pg_dump."""
    running.check_installed()
    from xray_app.cases import backup, installation, schema
    from xray_app.cases.contents import Contents
    from xray_app.cases.database import is_there

    given = Settings.read(os.environ)
    if not is_there(given.url):
        raise RecipeError(f"{given.data_dir} holds no database; set XRAY_DATA_DIR")
    with running.opened_database(given) as there:
        contents = Contents(given.data_dir / "contents")
        if schema.current(there) == schema.newest():  # older ones may say no number
            installation.pair(there, contents)
        files = backup.write(there, contents, out)
    print(f"{out}: {files} files")


@database.command("restore")
def restore_database(copy: Path) -> None:
    """Put a copy back into a data folder and a database that have no cases, and check it."""
    running.check_installed()
    from xray_app.cases import backup

    given = Settings.read(os.environ)
    files = backup.restore(copy, given.data_dir, given.url, datetime.now(UTC))
    print(f"{given.data_dir}: {files} files, and the audit chain holds")
    if not given.signing_key.exists():
        print(
            f"No copy holds the key that signs dossiers: bring it to {given.signing_key}. Without "
            "it a new one is made, by whose public half older dossiers do not verify."
        )


@database.command("upgrade")
def upgrade_database() -> None:
    """Make the tables, or bring them up to this version."""
    running.check_installed()
    from xray_app.cases import schema

    with running.opened_database(Settings.read(os.environ)) as there:
        if schema.current(there) != schema.newest():
            with _alone(there):
                schema.upgrade(there)
        print(f"The database is at revision {schema.current(there)}.")


@database.command("downgrade")
def downgrade_database(
    revision: str, yes: Annotated[bool, typer.Option("--yes", help="Lose what is in them.")] = False
) -> None:
    """Take the tables back to an older revision; `base` leaves none."""
    running.check_installed()
    from xray_app.cases import schema

    if not yes:
        raise RecipeError("this loses what is in the tables; make a copy first, then pass --yes")
    with running.opened_database(Settings.read(os.environ)) as there, _alone(there):
        schema.downgrade(there, revision)
    print(f"The database is at revision {revision}.")


@dossier.command("write")
def write_dossier(
    case_id: str, out: Annotated[Path, typer.Option(help="ZIP file to write.")]
) -> None:
    """Everything of one case, signed."""
    from xray_app.cases import looks
    from xray_app.exchange import dossier as dossiers

    given = Settings.read(os.environ)
    with running.opened(given) as service:
        service.pair()
        key = dossiers.signing_key(given.signing_key)
        out.write_bytes(dossiers.write(service.database, service.contents, case_id, key))
        looks.keep(service.database, service.now, COMMAND_LINE, case_id, seen_as="dossier")
    print(f"{out}: the dossier of case {case_id}")


@dossier.command("key")
def print_key() -> None:
    """The public key that dossiers are verified with."""
    from xray_app.exchange import dossier as dossiers

    given = Settings.read(os.environ)
    with running.opened(given):
        print(dossiers.public_pem(dossiers.signing_key(given.signing_key)).decode(), end="")


@dossier.command("verify")
def verify_dossier(
    file: Path, key: Annotated[Path, typer.Option(help="What `dossier key` printed.")]
) -> None:
    """Whether a dossier is what was signed. Needs nothing but the public key."""
    from xray_app.exchange import dossier as dossiers

    checked = dossiers.verify(file, dossiers.public_key(key))
    case = checked.manifest["case"]
    print(f"{file} holds: case {case['id']}, {case['state']}, {len(checked.files)} files.")


@dossier.command("replay")
def replay_dossier(
    file: Path,
    key: Annotated[Path, typer.Option(help="What `dossier key` printed.")],
    model: Annotated[
        Path | None, typer.Option(help="The weights; without it, those that were kept.")
    ] = None,
) -> None:
    """Inspect a dossier's scans once more and compare."""
    from xray_app.exchange import dossier as dossiers
    from xray_app.exchange import replay
    from xray_app.inspectors import opening

    checked = dossiers.verify(file, dossiers.public_key(key))
    given = Settings.read(os.environ)
    with _opening(given, opening.AGAIN) as process:
        compared = replay.replay(checked, model or given.models_dir, process.ask)
    for one in compared:
        said = "the same" if one.same else "the same within tolerance" if one.close else "DIFFERS"
        print(f"view {one.view}: " + (f"NOT INSPECTED, {one.problem}" if one.problem else said))
    raise SystemExit(0 if all(one.close for one in compared) else 1)


@export.command("coco")
def export_coco(out: Annotated[Path, typer.Option(help="A folder that is not there.")]) -> None:
    """Live cases that officers decided, with their boxes, as a COCO folder."""
    from xray_app.exchange import reviews
    from xray_app.inspectors import opening

    given = Settings.read(os.environ)
    with running.opened(given) as service, _opening(given, opening.BARE) as process:
        service.pair()
        images = reviews.as_coco(service.database, service.contents, out, process.ask)
        _taken_out(service, "coco")
    print(f"{out}: {images} images")


class Per(StrEnum):
    """What a row of a table is of."""

    CASE = "case"
    FINDING = "finding"


@export.command("csv")
def export_csv(
    out: Annotated[Path, typer.Option(help="File to write.")],
    per: Annotated[Per, typer.Option(help="What a row is of.")] = Per.CASE,
) -> None:
    """Live cases that officers decided, or the findings in them, a row each."""
    from xray_app.exchange import export as exports

    with running.opened(Settings.read(os.environ)) as service:
        out.write_text(exports.as_csv(service.database, _table(per)), encoding="utf-8")
        _taken_out(service, f"{per}s.csv")
    print(out)


@export.command("parquet")
def export_parquet(
    out: Annotated[Path, typer.Option(help="File to write.")],
    per: Annotated[Per, typer.Option(help="What a row is of.")] = Per.CASE,
) -> None:
    """Live cases that officers decided, or the findings in them, a row each, with their types."""
    from xray_app.exchange import parquet

    with running.opened(Settings.read(os.environ)) as service:
        rows = parquet.as_parquet(service.database, out, _table(per))
        _taken_out(service, f"{per}s.parquet")
    print(f"{out}: {rows} {per}s")


def _opening(given: Settings, module: str) -> "Opening":
    """What opens scans for a command: never this process, which may do all that its user may."""
    from xray_app.inspectors.opening import Opening

    return Opening(module, given.inspect_seconds, given.inspect_memory_mb, given.log_form)


def _alone(there: "Database") -> "Alone":
    """Refuses to change tables under a running service, and keeps one from starting meanwhile."""
    from xray_app.cases.alone import Alone

    return Alone(there, lambda: None, patience_s=0)


def _taken_out(service: "Service", what: str) -> None:
    from xray_app.cases import looks

    looks.take_out(service.database, service.now, COMMAND_LINE, what)


def _table(per: Per) -> "Table":
    from xray_app.exchange.export import CASES
    from xray_app.exchange.findings import FINDINGS

    return FINDINGS if per is Per.FINDING else CASES
