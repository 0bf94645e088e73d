"""The commands that make a model: fit, export."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import RecipeError


def fit(
    recipe: Annotated[Path | None, typer.Argument(help="TOML file of settings.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of this run; goes on where one stands.")] = Path(
        "runs/mine"
    ),
    minutes: Annotated[float | None, typer.Option(help="End after this long.")] = None,
    pool: Annotated[list[str] | None, typer.Option(help="Folder of simulated scenes.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    workers: Annotated[int, typer.Option(help="Processes that prepare scans.")] = 0,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Shipped model by name, its file, a run's last.pt, or for a transformer a folder "
            "with config.json and model.safetensors.",
        ),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="Folder of marked scans or decided cases.")
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            help="Split that teaches, where none is called train; may be repeated; or all."
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            help="plain; lite, from features of photographs; ssdlite, a baseline; dfine-n, dfine-s "
            "or rtdetr-r18, transformers for GPUs."
        ),
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(help="last.pt of a network to learn from beside the marks; several at will."),
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder to write figures to that TensorBoard shows.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="With Ray: how many share each batch.")
    ] = None,
    ray_address: Annotated[
        str, typer.Option(help="Of a Ray cluster, such as head:6379 or auto.")
    ] = "local",
) -> None:
    """Train a network, or go on with a run that was cut off.

    For scans of your own, no recipe is needed:
    xray-train fit --from parcel-sim --data my-scans/

    With --processes, Ray starts them, here or on a cluster, in place of torchrun.
    """
    from xray_train import mine, progress
    from xray_train import recipe as recipes
    from xray_train.fit import fit as run

    if processes and tensorboard:
        raise RecipeError(
            "--tensorboard shows nothing of processes that Ray starts; leave out one of "
            "--tensorboard and --processes (figures of every step stand in log.jsonl)"
        )
    init = mine.weights(start) if start else None
    folders = tuple(map(str, data or ()))
    if recipe is None:
        settings = mine.recipe(init, folders)
    else:
        settings = recipes.load(recipe)
        settings = replace(settings, data=folders or settings.data)
    if pool:
        settings = replace(settings, pools=tuple(pool))
    if split:
        settings = replace(settings, splits=tuple(split))
    if network:
        settings = replace(settings, network=network)
    if teacher:
        settings = replace(settings, teachers=tuple(map(str, teacher)))
    if processes:
        from xray_train import cluster

        job = cluster.Job(settings, out, minutes, device, workers, init)
        cluster.fit(job, processes, ray_address)
        return
    also = progress.tensorboard(tensorboard) if tensorboard else progress.silent
    run(settings, out, minutes=minutes, device=device, workers=workers, init=init, also=also)


def export(
    checkpoint: Annotated[Path, typer.Argument(help="last.pt of a run.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write.")],
    integer: Annotated[bool, typer.Option(help="Eight-bit integers.")] = True,
    version: Annotated[str, typer.Option(help="As in parcel@0.1.0.")] = "0.0.0",
    pool: Annotated[list[str] | None, typer.Option(help="Pools, if they moved.")] = None,
) -> None:
    """Write the file that scanners run."""
    from xray_train import checkpoint as runs
    from xray_train.export import export as write
    from xray_train.quantize import INTEGER_NETWORKS, calibration_pictures, quantize

    network = runs.read(checkpoint).recipe.network
    if integer and network not in INTEGER_NETWORKS:
        raise RecipeError(
            f"{checkpoint}: {network} gains nothing from integers and is written in float alone; "
            "add --no-integer"
        )
    source = out.with_suffix(".float.onnx") if integer else out
    card = write(checkpoint, source, version)
    if integer:
        quantize(source, out, calibration_pictures(checkpoint, tuple(pool or ())))
    typer.echo(f"{out}: {card.name}@{card.version}, {len(card.labels)} labels")
