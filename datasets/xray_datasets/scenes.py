"""Simulated scenes as a data set on disk, written by several processes, resumable.

    images            16-bit TIFF of two pages, low and high energy, air at 60000
    float             the same as float32, air at 1, where asked for
    console           what a console would show, 8-bit colour PNG or JPEG
    scenes            a JSON per scene, with all that was drawn and every thing, labelled or not;
                      written last: where it is, the scene is done
    instances.json    all scenes as COCO with masks; a mark also has its name and matter
    manifest.json     what was asked for

Scene k has the seed base + k and the same bytes whatever the number of processes.
"""

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import xray
from xray.errors import DataError, MissingExtra
from xray_datasets import coco, scenefiles
from xray_datasets.scenefiles import Extras

NEEDED = ("h5py", "numba", "scipy", "spekpy", "xraydb")  # of the extra `data`


def simulate(
    folder: Path,
    kind: str,
    count: int,
    seed: int,
    side_px: int | None,
    workers: int,
    extras: Extras = Extras(),  # noqa: B008 it is frozen
) -> Iterator[Path]:
    """Write what is not there yet; give the JSON of every scene as soon as it is done.

    Args:
        folder: where to; it may hold an earlier run of the same kind and seed, even a shorter one.
        kind: "baggage", "parcel" or "container".
        count: how many scenes.
        seed: of the first scene.
        side_px: width of the pictures; by default 416 of bags and parcels, 2000 of containers.
        workers: processes; 1 stays in this one.
        extras: what is written beside the usual.

    Raises:
        DataError: the folder holds other scenes.
        MissingExtra: the simulator's packages are not installed.
    """
    _simulator()
    asked = {"kind": kind, "seed": seed, "side_px": side_px, "simulator": _version()}
    _claim(folder, {**asked, **asdict(extras), "count": count})
    draw = partial(_scene, folder, kind, side_px, extras)
    return _run(folder, kind, range(seed, seed + count), draw, workers)


def finish(folder: Path) -> Path:
    """Gather the scenes into instances.json.

    Raises:
        DataError: a scene is missing.
    """
    asked = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    seeds = range(asked["seed"], asked["seed"] + asked["count"])
    paths = [folder / "scenes" / f"{_stem(asked['kind'], seed)}.json" for seed in seeds]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise DataError(f"{folder}: {len(missing)} scenes are missing, first {missing[0].name}")
    entries = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    _replace(folder / "instances.json", coco.assemble(map(scenefiles.of_coco, entries)))
    return folder / "instances.json"


def _run(
    folder: Path, kind: str, seeds: range, draw: Callable[[int], Path], workers: int
) -> Iterator[Path]:
    paths = {folder / "scenes" / f"{_stem(kind, s)}.json": s for s in seeds}
    missing = [s for path, s in paths.items() if not path.is_file()]
    yield from (path for path in paths if path.is_file())
    if workers == 1 or len(missing) < 2:
        yield from map(draw, missing)
        return
    context = multiprocessing.get_context("spawn")  # forked copies of threaded libraries hang
    with ProcessPoolExecutor(min(workers, len(missing)), context) as pool:
        running = [pool.submit(draw, s) for s in missing]
        try:
            for done in as_completed(running):
                yield done.result()
        except BrokenProcessPool:
            raise DataError(
                f"{folder}: a process ended by force, most often for want of memory; "
                "run it again to go on, with fewer --workers"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _claim(folder: Path, asked: dict[str, Any]) -> None:
    path = folder / "manifest.json"
    if path.is_file():
        there = json.loads(path.read_text(encoding="utf-8"))
        other = [key for key in asked if key != "count" and there.get(key) != asked[key]]
        if other:
            raise DataError(
                f"{folder} holds scenes of {other[0]} {there.get(other[0])}, "
                f"not {asked[other[0]]}; name another --out"
            )
    folder.mkdir(parents=True, exist_ok=True)
    _replace(path, asked)


def _scene(folder: Path, kind: str, side_px: int | None, extras: Extras, seed: int) -> Path:
    draw, show = _simulator()
    scene, stem = draw(kind, seed, side_px, extras.outlines), _stem(kind, seed)
    picture, console = show(scene, np.random.default_rng(seed))
    entry = scenefiles.write(folder, stem, kind, scene, picture, extras)
    path = folder / "scenes" / f"{stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, {**entry, "seed": seed, "console": console})
    return path


def check_installed(command: str) -> None:
    """Whether the simulator's packages are there.

    Raises:
        MissingExtra: they are not; tells how to install them for this command.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra(command, "data")


def _simulator() -> tuple[Callable[[str, int, int | None, bool], Any], Callable[..., Any]]:
    """What draws a scene, and what colours it and tells how."""
    check_installed("xray-data simulate")
    from xray_datasets.simulator import shown, simulate

    return simulate, shown


def _version() -> str:
    """Of the package and of the simulator's own code, which decides what a seed gives."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).with_name("simulator").glob("*.py")):
        code.update(path.read_bytes())
    return f"{xray.__version__}+{code.hexdigest()[:12]}"


def _stem(kind: str, seed: int) -> str:
    return f"{kind}-{seed:08d}"


def _replace(path: Path, content: Any) -> None:
    """Written whole or not at all, however the process ends."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(path)
