"""What a card says was measured, a sentence for each set of scans: all derived, nothing typed."""

from collections.abc import Mapping
from typing import Any

UNSURE = 0.05  # mean error of a label's probabilities from which the sentence tells it

Row = Mapping[str, Any]


def lines(
    scores: Row, reliability: Row, training: Row, refused: Mapping[str, Mapping[str, float]]
) -> tuple[str, ...]:
    """The sentences, in the order of the sets.

    Args:
        scores, reliability, training: as in the card.
        refused: encoding → name of a set → share of its scans that are taken for strangers.
    """
    given_back = "float beside" in training  # of the kernels that its integers give back
    return tuple(
        _line(name, row, reliability.get(name, {}), refused, given_back)
        for name, row in scores.items()
    )


def _line(name: str, row: Any, said: Row, refused: Mapping[str, Row], given_back: bool) -> str:
    if isinstance(row, Mapping) and "caught" in row:
        return f"{name}: {_caught(row['caught'])}{_refused(refused)}"
    if not isinstance(row, Mapping) or "map50" not in row:
        return f"{name}: {row}"
    each = ", ".join(f"{label} {of['ap50']:.2f}" for label, of in row["labels"].items())
    known = "; learned from these very scans" if row.get("learned_from_it") else ""
    interval = row.get("map50_interval")
    reach = f" ({interval[0]:.3f} to {interval[1]:.3f} at 95 %)" if interval else ""
    return (
        f"{name}: mAP50 {row['map50']:.3f}{reach}, mAP50:95 {row['map50_95']:.3f} over "
        f"{', '.join(row['mean_over'])}{_beside(row, given_back)}{known}; {row['scans']} scans of "
        f"{row['groups']} groups; AP50 {each}{_screening(row)}{_unsure(said)}{_outcomes(row)}"
        f"{_weapons(row)}"
    )


def _beside(row: Row, given_back: bool) -> str:
    """What the file before rounding scores, or the integers given back as floats; and presets."""
    names = {"float": "dequantised"} if given_back else {}
    return "".join(
        f"; {names.get(how, how)} {of['map50']:.3f}"
        for how, of in row.get("beside", {}).items()
        if of["map50"] is not None
    )


def _screening(row: Row) -> str:
    """Pd at the Pfa that was found, of the smallest Pfa that the clean groups can set."""
    told: dict[tuple[float, str], list[str]] = {}
    few: dict[float, list[str]] = {}
    for label in row["mean_over"]:
        for p in row["labels"].get(label, {}).get("screening", []):
            if "set_on_clean" not in p:  # of older cards: the scored scans, uncounted
                continue
            count, unit = _clean(p)
            if count >= 1 / p["pfa"]:
                low, high = p["pfa_here_95"]
                told.setdefault((p["pfa"], p["set_on"] or "these very scans"), []).append(
                    f"{label} {p['pd']:.2f} at {p['pfa_here']:.3f} ({low:.3f} to {high:.3f})"
                )
                break
            few.setdefault(p["pfa"], []).append(f"{label} {count} {unit}")
    found = (
        f"; Pd at the Pfa found, {pfa} aimed at on {set_on}: {', '.join(each)}"
        for (pfa, set_on), each in told.items()
    )
    none = (
        f"; a Pfa of {pfa} cannot be set from so few without the label: {', '.join(each)}"
        for pfa, each in few.items()
    )
    return "".join((*found, *none))


def _clean(point: Row) -> tuple[int, str]:
    """What set a threshold: clean groups; cards until 0.4 count scans alone, which are no fewer."""
    if "set_on_groups" in point:
        return point["set_on_groups"], "groups"
    return point["set_on_clean"], "scans"


def _unsure(said: Row) -> str:
    """Labels of which what is said to be probable is so much more or less often so."""
    text = ""
    for kind in ("box", "scan"):
        each = [
            f"{label} {of[kind]['error']:.2f} (of {of[kind]['n']})"
            for label, of in said.items()
            if (of.get(kind, {}).get("error") or 0) > UNSURE
        ]
        text += f"; mean error of a {kind}'s probability: {', '.join(each)}" if each else ""
    return text


def _caught(encodings: Row) -> str:
    """Of drawn pictures that are no scans, how many are said to be none."""
    each = (
        f"{encoding}: " + ", ".join(f"{kind} {of['caught']:.0%}" for kind, of in kinds.items())
        for encoding, kinds in encodings.items()
    )
    if not encodings:
        return "none is told from a scan"
    return "drawn pictures caught as " + "; as ".join(each)


def _refused(refused: Mapping[str, Row]) -> str:
    """Of scans, how many are taken for strangers too, set by set."""
    each = (
        f"{encoding}: " + ", ".join(f"{share:.1%} of {name}" for name, share in shares.items())
        for encoding, shares in sorted(refused.items())
        if shares
    )
    text = "; as ".join(each)
    return f"; scans refused as strangers, as {text}" if text else ""


def _outcomes(row: Row) -> str:
    """What scans with something alarming are called, and what benign ones are."""
    told = {
        "alarming object": ("that should alarm", "CLEAR"),
        "benign": ("that are benign", "ALARM"),
    }
    return "".join(
        f"; of {of['scans']} scans {free} {of[first]:.1%} {first} and {of['UNKNOWN']:.1%} UNKNOWN"
        for name, (free, first) in told.items()
        if (of := row.get("outcomes", {}).get(name)) is not None
    )


def _weapons(row: Row) -> str:
    """How many simulated small weapons that can be seen are found in containers."""
    points = row.get("weapons", {}).get("points", [])
    each = ", ".join(
        f"{p['small']['pd']:.2f} ({p['small']['pd_95'][0]:.2f} to {p['small']['pd_95'][1]:.2f}) "
        f"at a Pfa of {p['pfa_here']:.3f}"
        for p in points
    )
    return f"; simulated small weapons found: {each}" if points else ""
