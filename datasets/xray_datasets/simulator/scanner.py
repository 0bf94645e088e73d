"""What the detector adds: quantum noise, blur, electronic noise, gain stripes, dead channels, bits.

A layer that integrates energy gives gain sum N(E) D(E) with a variance of gain² sum N(E) D(E)²,
N photons of energy E, each leaving D. In units of the signal behind air the variance is the share
of squares that is left (Beam.quanta) over photons_at_air: the number of photons of one energy
that would be as noisy. Light spreads in the scintillator, its noise with it; what the electronics
add is sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detector:
    """One scanner's imperfections; sigma in units of transmission behind air."""

    blur_px: float = 0.6
    photons_at_air: float = 4e4
    electronic: float = 6e-4
    stripes: float = 1e-3  # relative gain error of a channel
    dead: int = 0  # channels that repeat their neighbour
    bits: int = 14

    @staticmethod
    def draw(rng: np.random.Generator) -> Detector:
        """A plausible scanner."""
        return Detector(
            blur_px=float(rng.uniform(0.25, 0.75)),
            photons_at_air=float(np.exp(rng.uniform(np.log(8e3), np.log(1.2e5)))),
            electronic=float(np.exp(rng.uniform(np.log(2e-4), np.log(2.5e-3)))),
            stripes=float(rng.uniform(0, 4e-3)) if rng.random() < 0.5 else 0.0,
            dead=int(rng.integers(1, 3)) if rng.random() < 0.06 else 0,
            bits=int(rng.choice([10, 12, 14, 16])),
        )

    def sigma(self, transmission: NDArray[np.floating]) -> NDArray[np.floating]:
        """Standard deviation of one pixel's transmission."""
        return np.sqrt(transmission / self.photons_at_air + self.electronic**2)

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
        for plane, squares in zip(planes, quanta or planes, strict=True):
            noise = rng.standard_normal(plane.shape, np.float32)
            noise *= np.sqrt(squares * np.float32(1 / self.photons_at_air))
            seen: NDArray[np.floating] = plane + noise
            if self.blur_px:
                seen = np.asarray(cv2.GaussianBlur(seen, (5, 5), self.blur_px), np.float32)
            seen += np.float32(self.electronic) * rng.standard_normal(plane.shape, np.float32)
            if self.stripes:
                seen = seen * (1 + rng.normal(0, self.stripes, (height, 1)).astype(np.float32))
            for row in dead:
                seen[row] = seen[row - 1]
            steps = np.float32(2**self.bits - 1)
            out.append(np.rint(np.clip(seen, 0, 1.05) * steps).astype(np.float32) / steps)
        return out
