"""Simulated scans with ground truth: materials, paths, two energies, noise, colours of a console.

simulate() makes one scan, colour() shows it as some console would, fill() and Pool keep many,
lone() makes a single threat.
"""

from .lone import Lone, lone
from .palettes import colour
from .pool import Pool, fill
from .scene import Simulated, SimulatedObject, simulate
from .threats import LABELS

__all__ = [
    "LABELS",
    "Lone",
    "Pool",
    "Simulated",
    "SimulatedObject",
    "colour",
    "fill",
    "lone",
    "simulate",
]
