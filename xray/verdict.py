"""From findings to an outcome, by the profile's rules, with the reasons in plain words."""

import numpy as np
from numpy.typing import NDArray

from xray import material
from xray.profile import Profile
from xray.report import Detection, Outcome
from xray.scan import Scan

# All opaque regions together may hide so many times what the largest may: what is hidden in pieces
# is hidden. 1 in 237 benign scans of SIXray (train, cal) has more.
TOGETHER = 2


def decide(
    scan: Scan,
    detections: tuple[Detection, ...],
    opaque: NDArray[np.bool_],
    profile: Profile,
    stranger: str | None = None,
) -> tuple[Outcome, tuple[str, ...]]:
    """The outcome and why. ALARM wins over UNKNOWN; UNKNOWN never hides a detection.

    Args:
        scan: the scan that was inspected.
        detections: what was found, strongest first.
        opaque: (H, W) where the beam did not get through.
        profile: which labels alarm, from which probability, and how much may stay unseen.
        stranger: why the scan is none of what the model was made for; None: it is.
    """
    alarms = [
        f"{d.label} with probability {d.score:.2f}, alarm from {profile.threshold(d.label):.2f}"
        for d in detections
        if profile.alarms(d.label, d.score)
    ]
    unseen = (*([stranger] if stranger else []), *_unseen(scan, opaque, profile))
    if alarms:
        return Outcome.ALARM, (*alarms, *unseen)
    if unseen:
        return Outcome.UNKNOWN, unseen
    return Outcome.CLEAR, ("nothing that the profile alarms for",)


def _unseen(scan: Scan, opaque: NDArray[np.bool_], profile: Profile) -> tuple[str, ...]:
    opaque_px = int(np.count_nonzero(opaque))
    if not opaque_px:
        return ()
    if scan.pixel_mm is not None:
        area_mm2 = opaque_px * scan.pixel_mm**2
        if area_mm2 > profile.max_opaque_mm2:
            return (
                f"{area_mm2 / 100:.0f} cm² are opaque, "
                f"at most {profile.max_opaque_mm2 / 100:.0f} cm² may be",
            )
        return ()
    most = profile.max_opaque_share
    enough = opaque_px / most if most else float("inf")
    load_px = material.load_px(scan, opaque, enough)
    if opaque_px <= most * load_px:
        return ()
    share = material.largest_px(opaque) / load_px
    if share > most:
        return (
            f"one opaque region hides {share:.1%} of the load, at most {most:.1%} may be hidden",
        )
    share, most = opaque_px / load_px, TOGETHER * most
    if share > most:
        return (
            f"opaque regions hide {share:.1%} of the load together, "
            f"at most {most:.1%} may be hidden",
        )
    return ()
