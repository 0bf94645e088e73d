"""The viewer's palettes and materials: what Python draws with, for the browser to draw with too."""

import base64
import gzip
import hashlib
import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray import atomic, material, palettes
from xray.spectrum import DEFAULT

BEAMS = (DEFAULT, atomic.CARGO_BEAM)


@cache
def packed() -> bytes:
    """Everything as gzipped JSON; bytes are in base64."""
    said = {
        "beams": {name: _base64(atomic.table(name)) for name in BEAMS},
        **{"depths": atomic.DEPTHS, "deepest": atomic.DEEPEST},
        **{"ratios": atomic.RATIOS, "narrowest": atomic.NARROWEST, "widest": atomic.WIDEST},
        **{"least": atomic.LEAST, "step": atomic.STEP, "codes": len(palettes.colours())},
        **{"organicBelow": atomic.ORGANIC_BELOW, "metalFrom": atomic.METAL_FROM},
        **{"thinnest": atomic.THINNEST, "opaqueBelow": material.OPAQUE_TRANSMISSION},
        "palettes": [_palette(palette) for palette in palettes.PALETTES],
    }
    return gzip.compress(json.dumps(said).encode(), mtime=0)


@cache
def address() -> str:
    """Where the page asks for them: another address for other tables, so that they can be kept."""
    return f"viewer-tables/{hashlib.sha256(packed()).hexdigest()[:16]}.json"


def _palette(palette: palettes.Palette) -> dict[str, Any]:
    return {"name": palette.name, "rgb": _base64(palettes.colours(palette))}


def _base64(values: NDArray[np.uint8]) -> str:
    return base64.b64encode(values.tobytes()).decode()
