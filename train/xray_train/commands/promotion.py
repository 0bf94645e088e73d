"""The commands that close the loop: promote, rollback, loop."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import DataError

Accept = Annotated[
    list[str] | None,
    typer.Option(help="Label that you answer for, though too few searches say anything of it."),
]
Over = Annotated[str, typer.Option(help="Model in use: name of a shipped one, or its file.")]
Version = Annotated[str | None, typer.Option(help="Of the new model; by default the next one.")]


def promote(
    new: Annotated[Path, typer.Argument(help="ONNX file that export wrote.")],
    on: Annotated[str, typer.Option(help="Decided cases, or scans whose content is known.")],
    over: Over = "parcel",
    out: Annotated[Path, typer.Option(help="Folder for the page and its figures.")] = Path(
        "runs/promotion"
    ),
    version: Version = None,
    accept: Accept = None,
    split: Annotated[
        str | None, typer.Option(help="Split of the scans; by default val, valid and test.")
    ] = None,
) -> None:
    """Put a new model in an old one's place if its Pd is no worse at the same false alarms.

    Ends with 1 where it is not, and leaves the old one in place.
    """
    from xray.card import read
    from xray_train import gate, gate_page, mine, prints, promote, sets, untaught
    from xray_train.progress import shown

    samples = gate.proven(s for held in _untaught(on, split) for s in sets.read(on, held))
    for model in (new, mine.weights(over)):
        if said := untaught.known(read(model), samples, shown, (prints.TAUGHT,)):
            raise DataError(
                f"{on}: {said} Compare on scans that taught neither {new.name} nor {over}: "
                "--split NAME, or another folder"
            )
    trial = promote.Trial(on, datetime.now(UTC), out, version, tuple(accept or ()))
    found = promote.promote(new, mine.weights(over), samples, trial)
    typer.echo("\n".join((*gate_page.lines(found), f"written to {out / 'promotion.html'}")))
    raise typer.Exit(0 if found.passes else 1)


def _untaught(on: str, split: str | None) -> list[str | None]:
    """The splits to compare on: never what a folder calls train, unless somebody asks for it.

    Raises:
        DataError: there is no other, or the train split of decided cases was asked for.
    """
    from xray_datasets import layouts, voc
    from xray_datasets.asked import LISTED
    from xray_train.teaching import is_held_out

    folder = Path(on)
    if not folder.exists():
        return [split]
    if layouts.name(folder) == layouts.REVIEWS and split not in (None, "val"):
        raise DataError(f"{on}: of decided cases only val was held out; got --split {split}")
    there = layouts.splits(folder)
    if split or not any("train" in name for name in there):
        return [split]
    held = [name for name in there if is_held_out(name)]
    if not held:
        raise DataError(
            f"{on}: expected a split val, valid or test beside train, there is "
            f"{', '.join(there)}; name one that taught neither model: --split NAME"
        )
    if layouts.name(folder) in LISTED:  # lists nest: each scan once
        return [voc.JOINT.join(held)]
    return [*held]


def rollback(
    name: Annotated[str, typer.Argument(help="Name of a shipped model, or its file.")],
) -> None:
    """Give a model's place back to the one that it took it from."""
    from xray_train import mine, promote

    card = promote.rollback(mine.weights(name))
    typer.echo(f"{card.name}@{card.version} is in place again")


def loop(
    cases: Annotated[Path, typer.Option(help="Folder that xray-app export coco wrote.")],
    over: Over = "parcel",
    minutes: Annotated[float, typer.Option(help="Of training.")] = 30.0,
    out: Annotated[
        Path | None, typer.Option(help="Folder of this run; by default a new one below runs/loop.")
    ] = None,
    recipe: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    version: Version = None,
    accept: Accept = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
) -> None:
    """From decided cases to a model in use: learn, compare on what was held out, promote.

    Ends with 1 where the new model is not better, and leaves the old one in place.
    """
    from xray_train import mine
    from xray_train import recipe as recipes
    from xray_train.loop import loop
    from xray_train.promote import Trial

    now = datetime.now(UTC)
    out = out or Path(f"runs/loop/{now:%Y%m%d-%H%M%S}")
    trial = Trial(f"{cases.name} held out", now, out, version, tuple(accept or ()))
    found = loop(
        cases,
        mine.weights(over),
        trial,
        minutes=minutes,
        recipe=recipes.load(recipe) if recipe else None,
        device=device,
        workers=workers,
        say=typer.echo,
    )
    typer.echo(f"written to {out / 'promotion.html'}")
    if found.passes:
        typer.echo(f"in place; back again: xray-train rollback {over}")
    raise typer.Exit(0 if found.passes else 1)
