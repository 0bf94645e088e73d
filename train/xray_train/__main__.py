"""The command `xray-train`: fit, export, evaluate."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import XrayError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, export and score.")


@app.callback()
def root() -> None:
    """Train, export and score."""


@app.command()
def fit(
    recipe: Annotated[Path, typer.Argument(help="TOML file of settings.")],
    out: Annotated[Path, typer.Option(help="Folder of this run; goes on where one stands.")],
    minutes: Annotated[float | None, typer.Option(help="End after this long.")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Folder of simulated scenes.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
    init: Annotated[Path | None, typer.Option(help="Checkpoint to start from.")] = None,
) -> None:
    """Train a network, or go on with a run that was cut off."""
    from xray_train import recipe as recipes
    from xray_train.fit import fit as run

    settings = recipes.load(recipe)
    if pool:
        settings = replace(settings, pools=tuple(pool))
    run(settings, out, minutes=minutes, device=device, workers=workers, init=init)


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
