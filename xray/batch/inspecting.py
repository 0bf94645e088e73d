"""Inspecting the scans of a shard, one after the other, past those that cannot be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from xray.batch.plan import Item, Shard
from xray.decoders import overheard
from xray.detector import Detector
from xray.errors import XrayError
from xray.formats import read
from xray.profile import Profile


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
    """

    model: str = "parcel"
    backend: str = "cpu"
    profile: Profile | None = None
    clearance: str | None = None
    min_score: float | None = None
    high: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)

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


def lines(
    shard: Shard,
    detector: Detector,
    settings: Settings,
    at: Callable[[int], None] = lambda place: None,
    deadly: Mapping[int, str] = {},
) -> list[str]:
    """What the ledger keeps of a shard.

    Args:
        shard: what to inspect.
        detector: made by `settings`.
        settings: how.
        at: hears which place of the shard comes next.
        deadly: places not to be tried, and why.
    """
    kept = []
    for place, item in enumerate(shard.items):
        at(place)
        kept.append(
            _aside(item, deadly[place]) if place in deadly else _line(item, detector, settings)
        )
    return kept


def _line(item: Item, detector: Detector, settings: Settings) -> str:
    high = None if settings.high is None else str(Path(settings.high) / item.id)
    try:
        scan = overheard(partial(read, item.path, high=high, id=item.id, **settings.reading))
        report = detector.inspect(scan, settings.min_score)
    except XrayError as error:
        return _aside(item, str(error))
    except Exception as error:  # a batch of a year's scans must not end at one of them
        return _aside(item, f"unforeseen: {type(error).__name__}: {error}")
    return f'{{"id":{json.dumps(item.id)},"report":{_text(report.canonical())}}}'


def _aside(item: Item, reason: str) -> str:
    return json.dumps({"id": item.id, "reason": _text(reason)})


def _text(said: str) -> str:
    """Without what names of files may hold that is no text: Parquet takes none of it."""
    return said.encode("utf-8", "replace").decode()
