"""The command `xray-app`: serve, and what an administrator does beside it."""

import os
from typing import Annotated

import typer

from xray import ending
from xray_app import commands, running, settings, undelivered
from xray_app.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The inspection service.")
for name, commands_of in {**commands.GROUPS, "outbox": undelivered.outbox}.items():
    app.add_typer(commands_of, name=name)


@app.callback()
def root() -> None:
    """The inspection service. Settings come from the environment: xray-app settings lists them."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Sample scans, nobody signs in, nothing is kept.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="Name or path of the weights.")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="A name that browsers may call the service by.")
    ] = None,
    open_network: Annotated[
        bool, typer.Option("--open-network", help="Let others on the network reach it.")
    ] = False,
    max_upload_mb: Annotated[int | None, typer.Option(help="Largest file, in MiB.")] = None,
    desk: Annotated[bool | None, typer.Option(help="Serve the officers' page.")] = None,
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
        desk=desk,
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


def main() -> None:
    """Entry point."""
    ending.run(app)


if __name__ == "__main__":
    main()
