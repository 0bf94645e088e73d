"""The command `xray-data`: look at data sets, check them, convert them, simulate scans."""

import sys

import typer

from xray.errors import XrayError
from xray_datasets.commands import converting, drawing, looking

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Look at data sets, check them, convert them, simulate scans.",
)
app.command("list")(looking.list_)
for command in (
    *(looking.check, looking.stats),
    converting.convert,
    looking.show,
    *(drawing.simulate, drawing.pool),
):
    app.command()(command)


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
