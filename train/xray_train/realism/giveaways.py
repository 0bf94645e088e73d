"""What a patch shows at a glance: figures that tell without a network, and ways to hide some.

Each figure is one number for a patch, and alone an attempt to tell real from simulated: an area
under the ROC curve well over 0.5 says that real patches have more of it, well under that simulated
ones do. Views leave something of a patch out, for the network to do without: what falls when colour
is gone was told by colour.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Patch = NDArray[np.float32]  # (S, S, 3), 0 to 255
FINE_PX = 2.0  # standard deviation of the blur between shapes and what is fine
# Of the residual of a Laplacian mask against the noise of a pixel (Immerkaer, CVIU 64, 1996)
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_LAPLACE_GAIN = 6.0


def _grey(patch: Patch) -> NDArray[np.float32]:  # (S, S)
    return np.asarray(patch.mean(-1), np.float32)


def gradient(patch: Patch, sigma_px: float) -> float:
    """Root mean square of the gradient of brightness, after a blur, in 255ths a pixel."""
    grey = _grey(patch)
    if sigma_px:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma_px), np.float32)
    down, across = np.gradient(grey)
    return float(np.sqrt((down**2 + across**2).mean()))


def noise(patch: Patch) -> float:
    """Standard deviation of a pixel's noise, in 255ths, as calm parts of the patch have it.

    From the lower quartile of what a Laplacian mask leaves, as of a normal distribution.
    """
    left = np.abs(cv2.filter2D(_grey(patch), cv2.CV_32F, _LAPLACE))[1:-1, 1:-1]
    return float(np.percentile(left, 25) / 0.3186 / _LAPLACE_GAIN)


def overshoot(patch: Patch) -> float:
    """How far pixels go beyond all that surrounds them, in 255ths: consoles that lift edges do.

    Beyond the extremes, within 4 px, of the patch after a blur of 2 px; the mean over all pixels.
    Noise goes beyond as well, thin wires too.
    """
    grey, around = _grey(patch), np.ones((9, 9), np.uint8)
    calm = cv2.GaussianBlur(grey, (0, 0), 2.0)
    over = np.maximum(grey - cv2.dilate(calm, around), 0)
    under = np.maximum(cv2.erode(calm, around) - grey, 0)
    return float((over + under).mean())


def _hue(patch: Patch) -> float:
    """Red less blue, of 255, where there is colour."""
    return float((patch[..., 0] - patch[..., 2]).mean())


def _saturation(patch: Patch) -> float:
    return float((patch.max(-1) - patch.min(-1)).mean())


FIGURES: Mapping[str, Callable[[Patch], float]] = {
    "mean brightness": lambda p: float(p.mean()),
    "darkest hundredth": lambda p: float(np.percentile(_grey(p), 1)),
    "spread of brightness": lambda p: float(_grey(p).std()),
    "mean saturation": _saturation,
    "red less blue": _hue,
    "gradient, 0 px": lambda p: gradient(p, 0.0),
    "gradient, 1 px": lambda p: gradient(p, 1.0),
    "gradient, 2 px": lambda p: gradient(p, 2.0),
    "gradient, 4 px": lambda p: gradient(p, 4.0),
    "fine against coarse gradient": lambda p: gradient(p, 0.0) / (gradient(p, 2.0) + 0.5),
    "noise": noise,
    "edges lifted": overshoot,
}


def figures(pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Every figure of N patches (N, S, S, 3): (N,) each."""
    floats = [patch.astype(np.float32) for patch in pixels]
    return {name: np.array([of(patch) for patch in floats]) for name, of in FIGURES.items()}


def _whole(patch: Patch) -> Patch:
    return patch


def _colourless(patch: Patch) -> Patch:
    return np.repeat(_grey(patch)[..., None], 3, -1)


def _coarse(patch: Patch) -> Patch:
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), FINE_PX), np.float32)


def _fine(patch: Patch) -> Patch:
    return np.clip(128 + 2 * (patch - _coarse(patch)), 0, 255)


VIEWS: Mapping[str, Callable[[Patch], Patch]] = {
    "whole": _whole,
    "without colour": _colourless,
    "coarse alone": _coarse,
    "fine alone": _fine,
}


def seen(pixels: NDArray[np.uint8], view: str) -> NDArray[np.uint8]:
    """Patches (N, S, S, 3) by one of VIEWS."""
    of = VIEWS[view]
    return np.stack([np.rint(of(patch.astype(np.float32))).astype(np.uint8) for patch in pixels])
