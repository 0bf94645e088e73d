"""What the detector adds: scatter, quantum noise, blur, dark current, stripes, saturation, bits.

A layer that integrates energy gives gain sum N(E) D(E) with a variance of gain² sum N(E) D(E)²,
N photons of energy E, each leaving D. In units of the signal behind air the variance is the share
of squares that is left (Beam.quanta) over the photons at air: the number of photons of one energy
that would be as noisy. Light spreads in the scintillator, its noise with it; what the electronics
add is sharp: their own noise, and that of the dark current, which is taken off again but for its
noise and what has drifted since it was measured.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

# Electrons that a photon sets free, about: 60 keV, 50 light photons per keV, of which a third is
# caught and turned (Gd2O2S and CsI on silicon).
ELECTRONS = 1000.0


@dataclass(frozen=True, slots=True)
class Detector:
    """One scanner's imperfections; signals in units of what is behind air.

    Attributes:
        photons_at_air: of the low signal, as above.
        high_photons: of the high signal, for each of those.
        blur_px: standard deviation of the light's spread.
        scatter: share of the signal that comes from all around in the fan, and is smooth along it.
        electronic: noise of the electronics, standard deviation.
        dark: dark current.
        drift: of a channel's dark current since it was measured, standard deviation, as a share.
        stripes: relative gain error of a channel, standard deviation.
        dead: channels that repeat their neighbour.
        full: signal, dark current with it, at which the converter is full.
        bits: of the converter.
    """

    photons_at_air: float = 4e4
    high_photons: float = 1.0
    blur_px: float = 0.6
    scatter: float = 0.0
    electronic: float = 6e-4
    dark: float = 0.0
    drift: float = 0.0
    stripes: float = 1e-3
    dead: int = 0
    full: float = 1.05
    bits: int = 14

    @staticmethod
    def draw(rng: np.random.Generator, high_photons: float) -> Detector:
        """A plausible scanner of bags; high_photons: Beam's."""
        return Detector(
            photons_at_air=_between(rng, 2e4, 3e5),
            high_photons=high_photons * float(rng.uniform(0.7, 1.4)),  # of the layers' thickness
            blur_px=float(rng.uniform(0.25, 0.75)),
            scatter=_between(rng, 3e-4, 1e-2),
            electronic=_between(rng, 2e-4, 2.5e-3),
            dark=_between(rng, 3e-3, 0.1),
            drift=_between(rng, 1e-3, 1e-2),
            stripes=float(rng.uniform(0, 4e-3)) if rng.random() < 0.5 else 0.0,
            dead=int(rng.integers(1, 3)) if rng.random() < 0.06 else 0,
            full=float(rng.uniform(1.02, 1.4)) + 0.1,
            bits=int(rng.choice([8, 10, 12, 14, 16], p=(0.08, 0.17, 0.3, 0.25, 0.2))),
        )

    @staticmethod
    def draw_for_containers(rng: np.random.Generator, high_photons: float) -> Detector:
        """A plausible scanner of containers: cooled, with longer exposures, seldom of 8 bits."""
        return Detector(
            photons_at_air=_between(rng, 1.5e4, 2e5),
            high_photons=high_photons * float(rng.uniform(0.5, 1.0)),  # strong pulses are rarer
            blur_px=float(rng.uniform(0.3, 0.75)),
            scatter=float(rng.uniform(0.0005, 0.006)),
            electronic=_between(rng, 3e-5, 4e-4),
            dark=_between(rng, 1e-3, 0.03),
            drift=_between(rng, 3e-4, 3e-3),
            stripes=float(rng.uniform(0, 3e-3)),
            dead=int(rng.integers(1, 3)) if rng.random() < 0.1 else 0,
            full=float(rng.uniform(1.05, 1.5)),
            bits=int(rng.choice([8, 12, 14, 16], p=(0.04, 0.21, 0.25, 0.5))),
        )

    def parameters(self) -> dict[str, float | int | str]:
        """All of it."""
        return asdict(self)

    def photons(self, plane: int) -> float:
        """At air, of the low plane (0) or the high one (1)."""
        return self.photons_at_air * (self.high_photons if plane else 1.0)

    def at_rest(self, plane: int) -> float:
        """Variance without any beam: electronic noise, and the shot noise of the dark current."""
        return self.electronic**2 + self.dark / (self.photons(plane) * ELECTRONS)

    def sigma(self, signal: NDArray[np.floating], plane: int = 0) -> NDArray[np.floating]:
        """Standard deviation of one pixel's signal, as `veiled`, before blur.

        The converter's rounding counts as noise: its variance is a twelfth of its step's square.
        """
        rounding = (self.full / (2**self.bits - 1)) ** 2 / 12
        return np.sqrt(signal / self.photons(plane) + self.at_rest(plane) + rounding)

    def veiled(self, plane: Plane) -> Plane:
        """The signal with the scatter of all that is in the fan: each column is a moment."""
        if not self.scatter:
            return plane
        height, width = plane.shape
        few = (width, max(1, round(height / 16)))
        small = cv2.resize(plane, few, interpolation=cv2.INTER_AREA)
        smooth = cv2.GaussianBlur(small, (1, 49), sigmaX=1, sigmaY=6)  # no wider than a column
        spread = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
        share = np.float32(self.scatter)
        return np.asarray((plane + share * spread) / (1 + share), np.float32)

    def read(
        self, planes: list[Plane], rng: np.random.Generator, quanta: list[Plane] | None = None
    ) -> list[Plane]:
        """Noisy transmissions, in the same order; a channel is a row, as in fan.Fan.

        quanta: what is left of the squares behind each plane; by default as much as of the signal,
        which is right for one energy.
        """
        height = planes[0].shape[0]
        dead = rng.integers(1, height, self.dead)
        out = []
        for k, (plane, squares) in enumerate(zip(planes, quanta or planes, strict=True)):
            signal, squares = (self.veiled(one) for one in (plane, squares))
            noise = rng.standard_normal(plane.shape, np.float32)
            noise *= np.sqrt(squares * np.float32(1 / self.photons(k)))
            seen: NDArray[np.floating] = signal + noise
            if self.blur_px:
                seen = np.asarray(cv2.GaussianBlur(seen, (5, 5), self.blur_px), np.float32)
            at_rest = np.float32(np.sqrt(self.at_rest(k)))
            seen += at_rest * rng.standard_normal(plane.shape, np.float32)
            gain = 1 + rng.normal(0, self.stripes, (height, 1))
            drifted = self.dark * rng.normal(0, self.drift, (height, 1))
            seen = seen * gain.astype(np.float32) + drifted.astype(np.float32)
            for row in dead:
                seen[row] = seen[row - 1]
            out.append(self._converted(seen))
        return out

    def _converted(self, seen: NDArray[np.floating]) -> Plane:
        """Codes of the converter, less that of the dark current, in units of air; none below 0."""
        codes = np.float32(2**self.bits - 1)
        per_code = np.float32(self.full) / codes
        raw = np.rint(np.clip((seen + np.float32(self.dark)) / per_code, 0, codes))
        return np.maximum(raw * per_code - np.float32(self.dark), 0).astype(np.float32)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Drawn evenly on a logarithmic scale."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
