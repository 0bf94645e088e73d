"""The commands that say how good a model is: evaluate, folds, learning-curve, compare."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import DataError
from xray_train.commands import ON

PAGES = Path("runs/evaluate")  # where pages go that nobody names a place for


def evaluate(
    model: Annotated[str, typer.Argument(help="Name of a shipped model, or an ONNX file.")],
    on: Annotated[str, typer.Option(help=ON)] = "sixray-val",
    out: Annotated[
        Path | None, typer.Option(help=f"JSON file to write, by default one below {PAGES}.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Page to write, pictures in it; by default beside.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Split of the folder.")] = None,
    count: Annotated[
        int | None,
        typer.Option(help="Scans of a simulated set: 600, and 2000 of container-test."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="A faster look that the card names, such as fast.")
    ] = None,
    thresholds_from: Annotated[
        str | None,
        typer.Option(help="Set that sets thresholds; of sixray-val, sixray-cal is by default."),
    ] = None,
    thresholds_split: Annotated[
        str | None, typer.Option(help="Split of the folder that --thresholds-from names.")
    ] = None,
) -> None:
    """Score an exported file on scans that it has not seen: figures, and a page of them."""
    from xray.detector import Detector
    from xray_train import evaluate as scores
    from xray_train import page, sets, told, untaught
    from xray_train.judged import judge
    from xray_train.progress import shown
    from xray_train.screening import independent

    if thresholds_split and thresholds_from is None:
        raise DataError(
            f"--thresholds-split {thresholds_split} is a split of no folder; name it with "
            "--thresholds-from"
        )
    detector = Detector(model, threads=1, preset=preset)
    unread: list[str] = []
    judged = judge(detector, sets.read(on, split, count), unread)
    tuning, one_folder = sets.tuning(on, count), False
    if thresholds_from is not None:
        name = " ".join(part for part in (thresholds_from, thresholds_split) if part)
        tuning = name, sets.read(thresholds_from, thresholds_split, count, sets.TUNING_SEED)
        one_folder = Path(thresholds_from).resolve() == Path(on).resolve()
    tuned = independent(*tuning, judged, detector, one_folder, unread) if tuning else None
    figures = scores.figures(detector.card, judged, on, tuned)
    figures["learned_from_it"] = (
        sets.learned(detector.card, on, split)
        or sets.tuned(detector.card, on)
        or untaught.known(detector.card, [one.sample for one in judged], shown)
    )
    figures["unread"] = list(dict.fromkeys(unread))  # of one folder, both times
    figures |= scores.details(detector.card, judged, figures["labels"])
    name = "-".join(part for part in (figures["model"], Path(on).name, split, preset) if part)
    out = out or PAGES / f"{name}.json"
    html = html or out.with_suffix(".html")
    scores.save(figures | {"preset": preset}, out)
    page.write(html, detector.card, figures, judged)
    typer.echo("\n".join((*told.lines(figures), f"written to {html}")))


def folds(
    recipe: Annotated[Path, typer.Argument(help="TOML file of settings, with share_dual over 0.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the five runs; goes on where it was broken off.")
    ] = Path("runs/folds"),
    minutes: Annotated[float | None, typer.Option(help="Of training, each.")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Folder of simulated scenes.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
    start: Annotated[
        str | None,
        typer.Option("--from", help="What each starts from; it must never have seen a pair."),
    ] = None,
) -> None:
    """Score the dual-energy pairs, each by a model that did not train on its suitcase.

    Trains a model for each fold left out, and pools what each says of the fold that it never saw.
    Give the figures to ship: --folds OUT/dual-energy.json.
    """
    from xray_train import evaluate as scores
    from xray_train import folds as crossed
    from xray_train import mine, page, told
    from xray_train import recipe as recipes

    settings = recipes.load(recipe)
    settings = replace(settings, pools=tuple(pool)) if pool else settings
    card, judged = crossed.pooled(
        settings,
        out,
        minutes=minutes,
        device=device,
        workers=workers,
        init=mine.weights(start) if start else None,
        say=typer.echo,
    )
    figures = scores.figures(card, judged, "dual-energy")
    figures = scores.pooled(figures | scores.details(card, judged, figures["labels"]))
    scores.save(figures, out / "dual-energy.json")
    page.write(out / "dual-energy.html", card, figures, judged)
    typer.echo("\n".join((*told.lines(figures), f"written to {out / 'dual-energy.html'}")))


def learning_curve(
    start: Annotated[
        str, typer.Option("--from", help="What is fine-tuned: a shipped model, or a file.")
    ] = "parcel-sim",
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of marked scans with splits; by default SIXray's."),
    ] = None,
    counts: Annotated[
        str, typer.Option(help="How many scans teach, and all of them.")
    ] = "0,10,50,200,all",
    seeds: Annotated[int, typer.Option(min=1, help="Drawings of scans, each trained on.")] = 3,
    minutes: Annotated[float, typer.Option(help="Of training, each.")] = 6.0,
    threads: Annotated[int, typer.Option(min=1, help="That compute it.")] = 2,
    out: Annotated[
        Path, typer.Option(help="Folder of everything; goes on where it was broken off.")
    ] = Path("runs/learning-curve"),
) -> None:
    """Say what few labelled scans are worth: fine-tuned, against from scratch, for the same time.

    The same network and torchvision's SSDLite learn from scratch from the very same scans, and all
    are scored on the same ones. With its defaults it takes four hours; the figures of each training
    are kept, and none is done twice.
    """
    from xray_train import mine
    from xray_train.learning_curve import page, ways

    curve = ways.Curve(out, mine.weights(start), minutes, threads)
    wanted = ways.points(ways.numbers(counts, ways.prepare(curve, data)), seeds)
    ways.measure(curve, wanted, typer.echo)
    typer.echo("\n".join((*page.lines(out), f"written to {page.write(out)}")))


def compare(
    new: Annotated[str, typer.Argument(help="Model made anew: a name or an ONNX file.")],
    old: Annotated[str, typer.Argument(help="Model whose card it is to reproduce.")],
) -> None:
    """Hold each figure of a new card against the 95 % interval on an old one.

    Ends with 1 where one lies outside, or is missing.
    """
    from xray.card import read
    from xray_train import mine
    from xray_train import reproduced as cards

    rows = cards.compare(read(mine.weights(new)), read(mine.weights(old)))
    typer.echo("\n".join(cards.lines(rows)))
    raise typer.Exit(0 if all(row.within for row in rows) else 1)
