"""Writes the small table of spectra that ships with `xray`: xray/spectra.json.

    python -c "from xray_datasets.simulator import table; table.write('xray/spectra.json')"

Run it when beams change; a test says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import beam as beams
from . import linac
from .materials import attenuation_per_mm

MATERIALS = ("water", "aluminium", "steel")
DIGITS = 9  # significant ones


def rows() -> dict[str, Any]:
    """Every beam by name, as plain numbers."""
    tubes = {f"{kv} kV": _row(beams.reduced(kv)) for kv in beams.TUBE_KV}
    linacs = {f"{low}/{high} MV": _row(linac.reduced(low, high)) for low, high in linac.PAIRS_MV}
    return tubes | linacs


def write(path: str | Path) -> None:
    """The whole table as JSON."""
    said = "Spectra: SpekPy 2, Schiff. Attenuation: Elam, Ravel and Sieber (2002), NIST XCOM."
    document = {"source": said, "spectra": rows()}
    Path(path).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _row(beam: beams.Beam) -> dict[str, Any]:
    per_mm = {name: attenuation_per_mm(name, beam.energies_kev) for name in MATERIALS}
    return {
        "energies_kev": _plain(beam.energies_kev),
        "shares": [_plain(beam.low), _plain(beam.high)],
        "per_mm": {name: _plain(mu) for name, mu in per_mm.items()},
    }


def _plain(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]
