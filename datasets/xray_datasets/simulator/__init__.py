"""Simulated scans with ground truth: materials, paths, two energies, noise, colours of a console.

simulate() makes one scan, show() draws it as some console would, shown() also tells which one, and
colour() draws any two planes; fill() and Pool keep many, keep_fresh() replaces them; lone() makes a
single threat, lone_weapon() one as it is hidden in containers. reserved holds what no pool draws.
"""

from . import reserved
from .filling import fill, keep_fresh, lacking
from .kinds import KINDS, show, shown, simulate
from .lone import Lone, lone, lone_weapon
from .palettes import colour
from .pool import Pool
from .scene import Simulated
from .threats import LABELS
from .truth import SimulatedObject

__all__ = [
    "KINDS",
    "LABELS",
    "Lone",
    "Pool",
    "Simulated",
    "SimulatedObject",
    "colour",
    "fill",
    "keep_fresh",
    "lacking",
    "lone",
    "lone_weapon",
    "reserved",
    "show",
    "shown",
    "simulate",
]
