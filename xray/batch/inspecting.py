"""Inspecting the scans of a shard, one after the other, past those that cannot be."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from xray.batch import high, reach
from xray.batch.listing import Item
from xray.batch.plan import Shard
from xray.decoders import overheard
from xray.detector import Detector
from xray.errors import ScanError, XrayError
from xray.formats import read
from xray.profile import Profile
from xray.scan import Scan

WHAT_NOW = (
    "put that right and run the same command again, or with --pass-over to set aside what is "
    "gone for good"
)


@dataclass(frozen=True)
class Settings:
    """How scans are read and judged.

    Attributes:
        model: the name of a shipped model, or a path.
        backend: what computes.
        profile: rules in place of the model's own.
        clearance: the file of `xray-train calibrate`.
        min_score: as `Detector.inspect` takes it.
        high: the folder where the high-energy pictures lie under the same names.
        reading: what `xray.read` is told of every scan.
        pass_over: whether what cannot be reached is set aside, too, rather than to stop there.
    """

    model: str = "parcel"
    backend: str = "cpu"
    profile: Profile | None = None
    clearance: str | None = None
    min_score: float | None = None
    high: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    pass_over: bool = False

    def detector(self) -> Detector:
        """The detector, with one thread: a batch runs many side by side."""
        return Detector(
            self.model,
            threads=1,
            backend=self.backend,
            profile=self.profile,
            clearance=self.clearance,
        )

    def said(self, detector: Detector) -> dict[str, Any]:
        """All that the results depend on, as plain values."""
        clearance = self.clearance and Path(self.clearance).read_text(encoding="utf-8")
        return {
            "model": f"{detector.card.name}@{detector.card.version}",
            "sha256": detector.card.sha256,
            "backend": self.backend,
            "profile": detector.profile.to_dict(),
            "clearance": json.loads(clearance) if clearance else None,
            "min_score": self.min_score,
            "high": self.high,
            **{name: value for name, value in self.reading.items() if value is not None},
        }


def versions() -> dict[str, str]:
    """Of the packages that the results depend on, beside the model."""
    import onnxruntime

    import xray

    return {"xray-cargo": xray.__version__, "onnxruntime": onnxruntime.__version__}


def lines(
    shard: Shard,
    detector: Detector,
    settings: Settings,
    at: Callable[[int], None] = lambda place: None,
    deadly: Mapping[int, str] = {},
    works: Callable[[str | None], None] = lambda id: None,
) -> list[str]:
    """What the ledger keeps of a shard.

    Args:
        shard: what to inspect.
        detector: made by `settings`.
        settings: how.
        at: hears which place of the shard comes next.
        deadly: places not to be tried, and why.
        works: hears the id of the scan that is worked at; None while none is.

    Raises:
        Away: a scan cannot be reached, and stays so for a minute.
    """
    kept = []
    for place, item in enumerate(shard.items):
        at(place)
        if place in deadly:
            kept.append(_aside(item, deadly[place]))
            continue
        works(item.id)
        kept.append(_line(item, detector, settings, works))
        works(None)
    return kept


def _line(
    item: Item, detector: Detector, settings: Settings, works: Callable[[str | None], None]
) -> str:
    if item.why and not (os.access(item.path, os.R_OK) and Path(item.path).is_file()):
        return _aside(item, item.why)
    try:
        report = detector.inspect(_scan(item, settings, works), settings.min_score)
    except XrayError as error:
        return _aside(item, str(error))
    except reach.Away:
        raise
    except Exception as error:  # a batch of a year's scans must not end at one of them
        return _aside(item, f"unforeseen: {type(error).__name__}: {error}")
    return f'{{"id":{json.dumps(item.id)},"report":{_text(report.canonical())}}}'


def _scan(item: Item, settings: Settings, works: Callable[[str | None], None]) -> Scan:
    """Read a scan, waiting for what is away; twice at once, for it may just have come back."""
    waits = iter(() if settings.pass_over else reach.WAITS_S)
    first = True
    while True:
        try:
            high_file = high.of(item, settings.high)
            return overheard(
                partial(read, item.path, high=high_file, id=item.id, **settings.reading)
            )
        except (ScanError, OSError) as error:
            why = _away(error, item, settings)
            again = first and bool(why or reach.number(error))  # what is damaged stays so
            wait_s = 0.0 if again else next(waits, None) if why else None
            if wait_s is None and (settings.pass_over or not why):
                raise
            if wait_s is None:
                raise reach.Away(0, f"cannot be reached ({why}); {WHAT_NOW}", item.path) from None
        first = False
        works(None)
        time.sleep(wait_s)
        works(item.id)


def _away(error: Exception, item: Item, settings: Settings) -> str:
    """Why the scan's file, or that of its high energy, is away."""
    why = reach.away(error, Path(item.path), reach.root(item.id, item.path))
    if why or settings.high is None:
        return why
    return reach.away(error, Path(settings.high) / item.id, Path(settings.high))


def _aside(item: Item, reason: str) -> str:
    return json.dumps({"id": item.id, "reason": _text(reason)})


def _text(said: str) -> str:
    """Without what names of files may hold that is no text: Parquet takes none of it."""
    return said.encode("utf-8", "replace").decode()
