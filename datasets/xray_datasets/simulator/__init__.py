"""Simulated scans with ground truth: materials, paths, two energies, noise, colours of a console.

simulate() makes one scan, colour() shows it as some console would, fill() and Pool keep many.
"""

from .palettes import colour
from .pool import Pool, fill
from .scene import Simulated, SimulatedObject, simulate

__all__ = ["Pool", "Simulated", "SimulatedObject", "colour", "fill", "simulate"]
