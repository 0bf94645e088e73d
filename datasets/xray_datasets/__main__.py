"""The command `xray-data`: look at data sets, check them, convert them, simulate scans."""

import typer

from xray import ending
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
    """Entry point."""
    ending.run(app)


if __name__ == "__main__":
    main()
