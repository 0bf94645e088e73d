"""The command `xray-app`: serve, and what an administrator does beside it."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import RecipeError, XrayError
from xray_app import running, settings
from xray_app.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The inspection service.")
user = typer.Typer(no_args_is_help=True, help="People who may sign in.")
audit = typer.Typer(no_args_is_help=True, help="The chain of what was done.")
database = typer.Typer(no_args_is_help=True, help="The tables of the cases.")
app.add_typer(user, name="user")
app.add_typer(audit, name="audit")
app.add_typer(database, name="database")


@app.callback()
def root() -> None:
    """The inspection service. Settings come from the environment: xray-app settings lists them."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Sample scans, nobody signs in.")] = False,
    model: Annotated[str | None, typer.Option(help="Name or path of the weights.")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="A name that browsers may call the service by.")
    ] = None,
    open_network: Annotated[
        bool, typer.Option("--open-network", help="Let others on the network reach it.")
    ] = False,
    max_upload_mb: Annotated[int | None, typer.Option(help="Largest upload.")] = None,
) -> None:
    """Serve until Ctrl-C."""
    given = Settings.read(
        os.environ,
        host=host,
        port=port,
        demo=demo or None,
        model=model,
        names=tuple(name) if name else None,
        open_network=open_network or None,
        max_upload_mb=max_upload_mb,
    )
    running.check_installed()
    running.serve(given)


@app.command("settings")
def list_settings() -> None:
    """Every setting, as a table."""
    print(settings.table())


@app.command()
def doctor() -> None:
    """Check what the service needs, and say what to do where something is missing."""
    running.check_installed()
    from xray_app import doctor as checks

    findings = checks.examine(Settings.read(os.environ))
    for finding in findings:
        print(f"{'ok  ' if finding.good else 'BAD '} {finding.what}: {finding.said}")
    raise SystemExit(0 if all(finding.good for finding in findings) else 1)


@user.command("add")
def add_user(
    name: str,
    role: Annotated[str, typer.Option(help="screener, supervisor, manager, auditor, ...")],
    password_file: Annotated[
        Path | None, typer.Option(help="Holds the password; without it, it is asked for.")
    ] = None,
) -> None:
    """Make a person who may sign in."""
    from xray_app.access.roles import Role

    try:
        wanted = Role(role)
    except ValueError:
        raise RecipeError(f"--role must be one of {', '.join(Role)}, got {role!r}") from None
    if password_file is None:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = password_file.read_text(encoding="utf-8").rstrip("\n")
    with running.opened(Settings.read(os.environ)) as service:
        service.people.add("command line", name, password, wanted)
    print(f"{name} may sign in as {wanted}.")


@audit.command("verify")
def verify_audit(
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A file that `audit anchor` wrote.")
    ] = None,
) -> None:
    """Check the whole chain and what it seals; names the first entry that does not hold."""
    from xray_app.cases import integrity
    from xray_app.cases.audit import Head

    anchors = []
    for file in anchor or []:
        kept = json.loads(file.read_text(encoding="utf-8"))
        anchors.append(Head(int(kept["seq"]), str(kept["hash"])))
    with running.opened(Settings.read(os.environ)) as service, service.database.read() as there:
        checked = integrity.verify(there, anchors)
    if checked.problem:
        print(f"BROKEN after {checked.entries} entries: {checked.problem}")
        raise SystemExit(1)
    print(f"The chain holds: {checked.entries} entries.")


@audit.command("anchor")
def anchor_audit(out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Write the newest entry's hash, to be kept where nobody who runs the service can change it."""
    from xray_app.cases.audit import head

    with running.opened(Settings.read(os.environ)) as service, service.database.read() as there:
        newest = head(there)
    kept = {"seq": newest.seq, "hash": newest.hash, "at": datetime.now(UTC).isoformat()}
    out.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    print(f"{out}: entry {newest.seq}, {newest.hash}")


@database.command("upgrade")
def upgrade_database() -> None:
    """Make the tables, or bring them up to this version."""
    from xray_app.cases import schema

    with running.opened(Settings.read(os.environ)) as service:
        print(f"The database is at revision {schema.current(service.database)}.")


@database.command("downgrade")
def downgrade_database(
    revision: str, yes: Annotated[bool, typer.Option("--yes", help="Lose what is in them.")] = False
) -> None:
    """Take the tables back to an older revision; `base` leaves none."""
    from xray_app.cases import schema

    if not yes:
        raise RecipeError("this loses what is in the tables; make a copy first, then pass --yes")
    with running.opened(Settings.read(os.environ)) as service:
        schema.downgrade(service.database, revision)
    print(f"The database is at revision {revision}.")


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
