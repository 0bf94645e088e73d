"""Simulated scenes as samples, one after the other, nothing on disk.

Sample k has the seed base + k. Its scan is a console's picture in colours drawn from the same
seed, or the two transmissions themselves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from xray.annotation import Annotation
from xray.scan import Encoding, Scan
from xray_datasets.sample import Sample
from xray_datasets.simulator import Simulated, SimulatedObject, reserved, show, simulate

UNUSUAL = "container, unusual"  # kind of those that `unusual` gives
ANEW = f"simulated {UNUSUAL}"  # origin of scans that are simulated anew whenever they are opened
LEAST_VISIBLE = 0.3  # share of an object that must change the transmission to be looked for


def read(
    kind: str, count: int, seed: int, encoding: Encoding = Encoding.PSEUDOCOLOR
) -> Iterator[Sample]:
    """Samples of one kind of scene, simulated as they are asked for.

    Args:
        kind: "baggage", "parcel" or "container".
        count: how many.
        seed: of the first.
        encoding: PSEUDOCOLOR for a console's picture, DUAL or SINGLE for transmission.
    """
    for number in range(seed, seed + count):
        yield _sample(simulate(kind, number), kind, encoding)


def unusual(seeds: Iterable[int]) -> Iterator[Sample]:
    """Containers of what `simulator.reserved` keeps from training, both transmissions of each.

    Those of odd seeds hide one thing. A scan is 13 MB, so it is simulated anew when it is asked for
    later than right away. Under "objects" in `meta` stand those of the annotations and then of the
    ignored ones: name, visible share, longer side in mm, and steel equivalent of all else in its
    rays; under "scene", all that was drawn.
    """
    for number in seeds:
        scene = _unusual(number)
        sample = _sample(scene, UNUSUAL, Encoding.DUAL)
        labelled = [o for o in scene.objects if o.label is not None]
        seen = [o for o in labelled if (o.visible_fraction or 0.0) >= LEAST_VISIBLE]
        told = [_told(o, scene.pixel_mm) for o in (*seen, *(o for o in labelled if o not in seen))]
        meta = sample.meta | {"objects": told, "scene": dict(scene.parameters)}
        yield replace(sample, open=partial(_seen_anew, number), meta=meta)


@lru_cache(maxsize=1)
def _unusual(seed: int) -> Simulated:
    return reserved.simulate(seed)


def _seen_anew(seed: int) -> Scan:
    return _scan(_unusual(seed), Encoding.DUAL)


def _told(thing: SimulatedObject, pixel_mm: float) -> dict[str, object]:
    x1, y1, x2, y2 = thing.tight_xyxy_px
    return {
        "name": thing.name,
        "visible": round(thing.visible_fraction or 0.0, 3),
        "long_mm": round(max(x2 - x1, y2 - y1) * pixel_mm),
        "steel_mm": thing.steel_mm,
    }


def _sample(scene: Simulated, kind: str, encoding: Encoding) -> Sample:
    scan = _scan(scene, encoding)
    marks = [
        (Annotation(thing.label, thing.xyxy_px), float(thing.visible_fraction))
        for thing in scene.objects
        if thing.label is not None and thing.visible_fraction is not None
    ]
    return Sample(
        id=scene.group,
        open=lambda: scan,
        annotations=tuple(mark for mark, visible in marks if visible >= LEAST_VISIBLE),
        ignored=tuple(mark for mark, visible in marks if visible < LEAST_VISIBLE),
        group=scene.group,
        origin=f"simulated {kind}",
        meta={"visible_fraction": [v for _, v in marks if v >= LEAST_VISIBLE]},
    )


def _scan(scene: Simulated, encoding: Encoding) -> Scan:
    if encoding is Encoding.PSEUDOCOLOR:
        rng = np.random.default_rng(scene.seed)
        picture = show(scene, rng)
        return Scan(scene.group, picture, encoding, pixel_mm=scene.pixel_mm)
    high = scene.high if encoding is Encoding.DUAL else None
    return Scan.from_arrays(
        scene.low, high, id=scene.group, pixel_mm=scene.pixel_mm, white=1.0, dark=0.0
    )
