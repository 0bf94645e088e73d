"""Simulated scenes as a data set on disk, written by several processes, resumable.

    images            16-bit TIFF of two pages, low and high energy, air at 65535
    console           what a console would show, 8-bit colour PNG
    scenes            a JSON per scene, written last: where it is, the scene is done
    instances.json    all scenes as COCO with masks; a mark also has what TRUTH names, and its name
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
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import xray
from xray.annotation import Annotation
from xray.errors import DataError, MissingExtra
from xray.scan import Scan
from xray_datasets import coco, pictures
from xray_datasets.sample import Sample

TRUTH = (  # of simulator.truth.SimulatedObject, as each mark of COCO has it
    *("materials", "material", "material_class", "effective_z", "mass_g", "height_mm"),
    *("depth_order", "visible_fraction", "contrast_sigma"),
)
NEEDED = ("h5py", "numba", "scipy", "spekpy", "xraydb")  # of the extra `data`


def simulate(
    folder: Path, kind: str, count: int, seed: int, side_px: int | None, workers: int
) -> Iterator[Path]:
    """Write what is not there yet; give the JSON of every scene as soon as it is done.

    Args:
        folder: where to; it may hold an earlier run of the same kind and seed, even a shorter one.
        kind: "baggage", "parcel" or "container".
        count: how many scenes.
        seed: of the first scene.
        side_px: width of the pictures; by default 416 of bags and parcels, 2000 of containers.
        workers: processes; 1 stays in this one.

    Raises:
        DataError: the folder holds other scenes.
        MissingExtra: the simulator's packages are not installed.
    """
    _simulator()
    asked = {"kind": kind, "seed": seed, "side_px": side_px, "simulator": _version()}
    _claim(folder, {**asked, "count": count})
    return _run(folder, kind, range(seed, seed + count), side_px, workers)


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
    _replace(folder / "instances.json", coco.assemble(entries))
    return folder / "instances.json"


def _run(
    folder: Path, kind: str, seeds: range, side_px: int | None, workers: int
) -> Iterator[Path]:
    paths = {folder / "scenes" / f"{_stem(kind, s)}.json": s for s in seeds}
    missing = [s for path, s in paths.items() if not path.is_file()]
    yield from (path for path in paths if path.is_file())
    draw = partial(_scene, folder, kind, side_px)
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


def _scene(folder: Path, kind: str, side_px: int | None, seed: int) -> Path:
    draw, colour = _simulator()
    scene, stem = draw(kind, seed, side_px), _stem(kind, seed)
    # Objects that nobody could find count neither for nor against; COCO lists them last.
    things = sorted((t for t in scene.objects if t.label), key=lambda thing: not thing.visible)
    marks = [Annotation(thing.label, _box(thing.xyxy_px)) for thing in things]
    seen = sum(thing.visible for thing in things)
    scan = Scan.from_arrays(
        scene.low, scene.high, id=stem, pixel_mm=scene.pixel_mm, white=1.0, dark=0.0
    )
    sample = Sample(
        id=stem,
        open=lambda: scan,
        annotations=tuple(marks[:seen]),
        ignored=tuple(marks[seen:]),
        group=scene.group,
        origin=f"simulated {kind}",
    )
    written = pictures.write_pages(scan, folder / "images" / f"{stem}.tif")
    entry = coco.described(sample, scan, written)
    for mark, thing in zip(entry["marks"], things, strict=True):
        mark |= _known(thing, scan.height, scan.width)
    shown = colour(scene, np.random.default_rng(seed))
    pictures.write_rgb(shown, folder / "console" / f"{stem}.png")
    path = folder / "scenes" / f"{stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, {**entry, "seed": seed, "parameters": dict(scene.parameters)})
    return path


def _known(thing: Any, height: int, width: int) -> dict[str, Any]:
    """Fields of a mark beyond the standard's, and its mask."""
    x1, y1, x2, y2 = _box(thing.tight_xyxy_px)
    known: dict[str, Any] = {"name": thing.name, "tight_bbox": [x1, y1, x2 - x1, y2 - y1]}
    for name in TRUTH:
        value = getattr(thing, name)
        value = list(value) if isinstance(value, tuple) else value
        known[name] = round(value, 3) if isinstance(value, float) else value
    known["area"] = thing.area_px
    return {**known, "segmentation": {"size": [height, width], "counts": thing.mask_rle}}


def _box(xyxy_px: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (round(float(v), 2) for v in xyxy_px)
    return x1, y1, x2, y2


def check_installed(command: str) -> None:
    """Whether the simulator's packages are there.

    Raises:
        MissingExtra: they are not; tells how to install them for this command.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra(command, "data")


def _simulator() -> tuple[Callable[[str, int, int | None], Any], Callable[..., Any]]:
    """What draws a scene, and what colours it."""
    check_installed("xray-data simulate")
    from xray_datasets.simulator import show, simulate

    return simulate, show


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
