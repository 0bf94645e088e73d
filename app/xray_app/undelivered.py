"""What an administrator does about messages that did not arrive."""

import os
from typing import Annotated

import typer

from xray.errors import RecipeError
from xray_app import running
from xray_app.cases.canonical import moment
from xray_app.commands import COMMAND_LINE
from xray_app.settings import Settings

outbox = typer.Typer(no_args_is_help=True, help="Messages to others that did not arrive.")


@outbox.command("list")
def list_undelivered() -> None:
    """Messages that wait for another try, and those that were given up, with the last reason."""
    from xray_app.cases import outbox as messages

    with running.opened(Settings.read(os.environ)) as service, service.database.read() as there:
        for row in messages.undelivered(there):
            at = row["dead_at"] or row["next_at"]
            what = "given up" if row["dead_at"] else "next try"
            about = f"{row['target']} {row['event']} of case {row['case_id']}"
            why = row["problem"] or "not tried yet"
            print(f"{row['id']} {about}, {row['tries']} tries, {what} {moment(at)}: {why}")


@outbox.command("retry")
def retry_undelivered(
    number: Annotated[list[int] | None, typer.Argument(help="As `outbox list` says it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Send messages again that were given up, to targets that are configured."""
    from xray_app.cases import outbox as messages

    if bool(number) == every:
        raise RecipeError("say which messages by their numbers, or pass --all")
    with running.opened(Settings.read(os.environ)) as service:
        told = service.queue.rules.tells
        count = messages.send_again(service.database, service.now, COMMAND_LINE, told, number)
    print(f"{count} messages go again.")
