"""Threat image projection (TIP): a threat laid into a scan as if it had lain in the load.

Over a spectrum transmissions do not multiply: behind 5 mm of steel at 140 kV the product is wrong
by a factor of 1.1 to 3. So a pair of energies is turned into thicknesses of water and steel, the
threat's are added, and the spectrum is applied again; against a simulation of the scene with the
threat in it, attenuation is within 5 % wherever transmission exceeds 0.02. A threat that was taken
at one energy is multiplied in, its second energy being that of an assumed material, which the scan
then states. Scans of one energy and pseudo-colour pictures are multiplied too, and err as above:
what lies behind the threat comes out too dark. Method: Bhowmik et al., arXiv 1909.11508;
Rogers et al., ICCST 2016. Where a threat could lie: xray.placement.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray.annotation import Annotation
from xray.errors import ScanError
from xray.scan import Encoding, Scan
from xray.spectrum import BASIS, DEFAULT, Spectrum, spectrum

NOTHING_MM = 1e-3  # of steel; thinner is air around the threat
NEARLY = 0.05  # of attenuation, by which two thicknesses may miss what they stand for
LEAST = 1e-4  # transmission under which a detector cannot tell how much there is


@dataclass(frozen=True, eq=False)
class Threat:
    """An object alone, without surroundings.

    Attributes:
        label: what it is.
        attenuation: (h, w, 2) float64, -ln T at the low and the high energy; air is 0.
        spectrum: under which it was taken.
        pixel_mm: width of its pixels, where known.
        assumed: the material by which its second energy was reckoned; None where it was measured.
    """

    label: str
    attenuation: NDArray[np.float64]
    spectrum: str = DEFAULT
    pixel_mm: float | None = None
    assumed: str | None = None

    @staticmethod
    def from_pair(
        label: str,
        low: ArrayLike,
        high: ArrayLike,
        *,
        spectrum: str = DEFAULT,
        pixel_mm: float | None = None,
    ) -> "Threat":
        """A threat from its transmissions at two energies, (h, w) each, air 1."""
        pair = np.stack([_plane(label, low), _plane(label, high)], -1)
        return Threat(label, -np.log(pair), spectrum, pixel_mm)

    @staticmethod
    def from_single(
        label: str,
        transmission: ArrayLike,
        material: str,
        *,
        name: str = DEFAULT,
        pixel_mm: float | None = None,
    ) -> "Threat":
        """A threat from one transmission (h, w) and what it is assumed to be made of.

        Args:
            material: "water" for plastics and powders, "aluminium", or "steel".
            name: of the spectrum under which the second energy is reckoned.
        """
        beam, low = spectrum(name), -np.log(_plane(label, transmission))
        high = beam.behind(beam.thickness_mm(low, material), material)[..., 1]
        return Threat(label, np.stack([low, high], -1), name, pixel_mm, material)

    def resized(self, scale: float) -> "Threat":
        """The same threat on finer (scale over 1) or coarser pixels."""
        height, width = self.attenuation.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        pixel_mm = None if self.pixel_mm is None else self.pixel_mm / scale
        plane = np.asarray(cv2.resize(self.attenuation, size, interpolation=how), np.float64)
        return replace(self, attenuation=plane, pixel_mm=pixel_mm)

    @property
    def mask(self) -> NDArray[np.bool_]:  # (h, w)
        """Where there is any of it."""
        steel = spectrum(self.spectrum).behind(NOTHING_MM, BASIS[1])[0]
        return np.asarray(self.attenuation[..., 0] > steel)


def fitted(threat: Threat, scan: Scan) -> Threat:
    """The threat at the scan's scale, where both are known; else as it is."""
    if threat.pixel_mm is None or scan.pixel_mm is None:
        return threat
    return threat.resized(threat.pixel_mm / scan.pixel_mm)


def project(
    scan: Scan,
    threat: Threat,
    xy_px: tuple[int, int],
    *,
    name: str = DEFAULT,
    photons_at_air: float | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[Scan, Annotation]:
    """The scan with the threat in it, its top left corner at xy_px, and the box around it.

    Args:
        scan: any encoding; `fitted` brings the threat to its scale.
        threat: wholly within the scan.
        xy_px: column and row.
        name: of the spectrum that the scan was taken with.
        photons_at_air: of the scanner; then the quantum noise that is lacking is added from rng.

    Raises:
        ScanError: the threat reaches out of the scan, or is nothing but air.
    """
    (x, y), (height, width) = xy_px, threat.attenuation.shape[:2]
    if x < 0 or y < 0 or x + width > scan.width or y + height > scan.height:
        raise ScanError(
            f"scan {scan.id}: a threat of {width}×{height} at {x}, {y} reaches out of "
            f"{scan.width}×{scan.height} pixels"
        )
    mask = threat.mask
    if not mask.any():
        raise ScanError(f"scan {scan.id}: the threat {threat.label!r} is nothing but air")
    pixels = scan.pixels.copy()
    region = pixels[y : y + height, x : x + width]  # (h, w, C), a view
    factor = _factor(scan, region[mask], threat, threat.attenuation[mask], spectrum(name))
    region[mask] = _times(region[mask], factor, photons_at_air, rng)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    box = (float(x + left), float(y + top), float(x + right), float(y + bottom))
    mark = Annotation(threat.label, box)
    meta = {**scan.meta, "projected": (*scan.meta.get("projected", ()), mark)}
    if threat.assumed and scan.encoding is Encoding.DUAL:
        said = f"the {threat.label} that was projected is of {threat.assumed} at the high energy"
        meta["assumed"] = (*scan.assumed, said)
    return replace(scan, pixels=pixels, meta=meta), mark


def _factor(
    scan: Scan, load: NDArray[np.floating], threat: Threat, added: NDArray[np.float64], to: Spectrum
) -> NDArray[np.float64]:  # (n, C), -, -, (n, 2), - -> (n, C)
    """By how much the threat darkens each channel of each pixel."""
    if scan.encoding is not Encoding.DUAL:
        return np.repeat(np.exp(-added[:, :1]), load.shape[1], axis=1)
    if threat.assumed:
        return np.exp(-added)
    wanted = -np.log(np.clip(load, LEAST, 1))
    here = to.basis_mm(wanted)
    there = spectrum(threat.spectrum).basis_mm(added)
    reached = to.attenuation(here)
    factor = np.minimum(np.exp(reached - to.attenuation(here + there)), 1.0)
    met = (np.abs(reached - wanted) < NEARLY).all(-1, keepdims=True)
    return np.where(met, factor, np.exp(-added))  # noise behind very much: no matter gives it


def _times(
    load: NDArray[np.floating],
    factor: NDArray[np.float64],
    photons: float | None,
    rng: np.random.Generator | None,
) -> NDArray[np.floating]:
    """The product; its noise is that of the load scaled down, so some is lacking."""
    out = load * factor
    if photons and rng is not None and load.dtype == np.float32:
        lacking = np.sqrt(np.maximum(out * (1 - factor), 0) / photons)
        out = out + lacking * rng.standard_normal(out.shape)
    if load.dtype == np.uint8:
        return np.rint(out).astype(np.uint8)
    return np.clip(out, 0, 1).astype(load.dtype)


def _plane(label: str, transmission: ArrayLike) -> NDArray[np.float64]:
    plane = np.asarray(transmission, np.float64)
    if plane.ndim != 2 or not np.isfinite(plane).all():
        raise ScanError(f"threat {label!r}: transmission must be (h, w) and finite; {plane.shape}")
    return np.clip(plane, LEAST, 1.0)
