"""The command that says how like real scans the simulator's are: realism."""

from pathlib import Path
from typing import Annotated

import typer


def realism(
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of real scans; by default what XRAY_REAL_SCANS names."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for page, figures and pictures.")] = Path(
        "runs/realism"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    count: Annotated[
        int, typer.Option(min=2, help="Real scans of a palette at most, as many simulated.")
    ] = 120,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help="Also without colour, coarse alone and fine alone: twice the time."
        ),
    ] = False,
) -> None:
    """Hold simulated scans against real ones: attenuation, a classifier of patches, pairs to try.

    Looks at real scans that teach, never at those that score. What it writes shows them, so their
    terms hold for it.
    """
    from xray_train.realism import measure, page

    found = measure.found(data, out, seed, count, why=why)
    measure.save(found, out)
    typer.echo("\n".join((*page.lines(found), f"written to {page.write(out, found)}")))
