"""A new model takes an old one's place, and gives it back.

weights/NAME.onnx    the one in use
weights/before       those that had its place, by name and version

Whose place a model took, when, and what that changed stands in its own card, under "promotion" in
`training`: the desk shows it, and `rollback` goes by it.
"""

import re
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xray.card import Card, verified_bytes
from xray.card import read as read_card
from xray.detector import Detector
from xray.errors import ModelError
from xray_datasets.sample import Sample
from xray_train import evaluate, gate, gate_page, prints, ship
from xray_train.export import put_card
from xray_train.gate import Comparison
from xray_train.judged import Judged, judge
from xray_train.placing import alone, into_place, put

BEFORE = "before"
PROMOTION = "promotion"


@dataclass(frozen=True)
class Trial:
    """What a promotion needs to know beside the two models.

    Attributes:
        on: name of the scans, for the card.
        at: the moment, UTC.
        out: folder for the page and its figures.
        version: of the new model; None: the next one.
        accept: labels that somebody answers for, though too few groups say anything of them.
    """

    on: str
    at: datetime
    out: Path
    version: str | None = None
    accept: tuple[str, ...] = ()


def promote(new: Path, over: Path, samples: Sequence[Sample], trial: Trial) -> Comparison:
    """Compare both on scans that taught neither; where the new one passes, put it in place.

    Writes promotion.json and promotion.html, whatever the outcome.

    Args:
        new: an exported file.
        over: the model in use.
        samples: from `gate.proven`.

    Raises:
        ModelError: a file is no model, or the new one is for other scans.
    """
    with alone(over.parent), TemporaryDirectory() as folder:
        old = read_card(over)
        staged = Path(folder, over.name)
        card = stage(new, over, staged, trial.version)
        before, after = (judge(Detector(m, threads=1), samples) for m in (over, staged))
        labels = alarming(old, card.labels)
        found = gate.compare(before, after, old.profile, labels, trial.accept)
        said = {"over": f"{old.name}@{old.version}", "new": f"{card.name}@{card.version}"}
        evaluate.save({**said, "on": trial.on, **found.to_dict()}, trial.out / "promotion.json")
        gate_page.write(trial.out / "promotion.html", found, old, card, trial.on)
        if found.passes:
            if read_card(over).sha256 != old.sha256:
                raise ModelError(f"{over}: was changed while it was compared; nothing is done")
            keep(over)
            _place(staged, over, found, after, trial)
    return found


def rollback(path: Path) -> Card:
    """Give a model's place back to the one that it took it from; the card of that one.

    The model that goes is kept like the one before it.

    Raises:
        ModelError: it took nobody's place, or the other file is gone or damaged.
    """
    with alone(path.parent):
        card = read_card(path)
        taken = card.training.get(PROMOTION)
        if not taken:
            raise ModelError(
                f"{card.name}@{card.version} took no other model's place; nothing is done"
            )
        name, _, version = str(taken["over"]).rpartition("@")
        kept = _kept(path, name, version)
        verified_bytes(kept, str(taken["over_sha256"]))
        keep(path)
        put(kept, path, kept.with_suffix(".LICENSE").read_text(encoding="utf-8"))
        return read_card(path)


def alarming(old: Card, labels: Collection[str]) -> list[str]:
    """The labels that either model knows and the old one's profile alarms for."""
    known = dict.fromkeys((*old.labels, *labels))
    return [label for label in known if label in old.profile.alarming]


def stage(new: Path, over: Path, target: Path, version: str | None) -> Card:
    """The new model as it would run in the old one's place: its name, rules and probabilities.

    Lines that make probabilities, and what the scans look like, are the old one's, unless the new
    one has its own.

    Raises:
        ModelError: it is for other scans, or there was one of this version already.
    """
    old, mine = read_card(over), read_card(new)
    if mine.ranges != old.ranges or not mine.encodings >= old.encodings:
        raise ModelError(f"{new}: made for other scans than {old.name}@{old.version}")
    lines: dict[str, Any] = {}
    if not mine.calibration:
        lines = {name: getattr(old, name) for name in ("calibration", "presence", "prevalence")}
    if not mine.familiar and mine.side_px == old.side_px:
        lines["familiar"] = old.familiar
    version = version or next_version(over, old)
    if version == old.version or _kept(over, over.stem, version).exists():
        raise ModelError(f"{over.stem}@{version}: there was one already; give another --version")
    shutil.copyfile(new, target)
    put_card(target, replace(mine, name=over.stem, version=version, profile=old.profile, **lines))
    return read_card(target)


def keep(path: Path) -> Path:
    """A copy of a model and its terms in the folder of those before; where it is.

    Raises:
        ModelError: another one of this version is kept there.
    """
    card = read_card(path)
    kept = _kept(path, card.name, card.version)
    kept.parent.mkdir(exist_ok=True)
    if not kept.exists():
        into_place(path, kept)
    elif kept.read_bytes() != path.read_bytes():
        raise ModelError(f"{kept}: another file of this name and version; move it elsewhere first")
    terms = path.with_suffix(".LICENSE")
    text = terms.read_text(encoding="utf-8") if terms.is_file() else ship.licence(card)
    kept.with_suffix(".LICENSE").write_text(text, encoding="utf-8")
    return kept


def next_version(path: Path, card: Card) -> str:
    """One more than the old one's in the last place, and than that of any that was kept.

    Raises:
        ModelError: the old version does not end in a number.
    """
    parted = re.fullmatch(r"(.*?)(\d+)", card.version)
    if parted is None:
        raise ModelError(f"{card.name}@{card.version}: give --version, it ends in no number")
    number = int(parted[2]) + 1
    while _kept(path, card.name, f"{parted[1]}{number}").exists():
        number += 1
    return f"{parted[1]}{number}"


def _place(
    staged: Path, over: Path, found: Comparison, judged: Sequence[Judged], trial: Trial
) -> None:
    card, old = read_card(staged), read_card(over)
    set_here = {row.label: row.thresholds[1] for row in found.labels if row.thresholds is not None}
    terms = ship.terms_of(card.data)
    carried = (
        f"Its probabilities go by what was fitted for {old.name}@{old.version}: not fitted anew."
    )
    fitted_anew = card.calibration != old.calibration
    ship.ship(
        staged,
        over.parent,
        version=card.version,
        profile_thresholds={**old.profile.thresholds, **set_here},
        scores={trial.on: evaluate.figures(card, judged, trial.on)},
        training={PROMOTION: _record(old, found, trial), **_tuned(old, card, judged, trial)},
        terms=terms if fitted_anew else replace(terms, limits=(carried, *terms.limits)),
        familiar=card.familiar,
    )


def _tuned(old: Card, card: Card, judged: Sequence[Judged], trial: Trial) -> dict[str, Any]:
    """What set the old one's thresholds and lines, which stay, and what set the new ones."""
    before = old.training.get(prints.KEY, {}).get(prints.TUNED)
    mine = {**card.training.get(prints.KEY, {}), **({prints.TUNED: before} if before else {})}
    names = old.training.get(prints.TUNED_ON, ())
    carried = {**card.training, prints.KEY: mine, prints.TUNED_ON: names}
    return prints.tuned(
        replace(card, training=carried), trial.on, (one.sample.scan for one in judged)
    )


def _record(old: Card, found: Comparison, trial: Trial) -> dict[str, Any]:
    """What the card says of it."""
    rows = {
        row.label: {
            "groups": row.groups,
            "pd": [round(share, 4) for share in row.pd],
            "bound": round(row.bound, 4),
            "may_lose": round(row.may_lose, 4),
            "selected": row.selected,
            "pfa": [round(share, 4) for share in row.pfa],
            "accepted": row.accepted,
        }
        for row in (found.overall, *found.labels)
    }
    return {
        "over": f"{old.name}@{old.version}",
        "over_sha256": old.sha256,
        "at": trial.at.isoformat(timespec="seconds"),
        "on": trial.on,
        "rows": rows,
    }


def _kept(path: Path, name: str, version: str) -> Path:
    safe = re.sub(r"[^\w.@-]+", "_", f"{name}@{version}")
    return path.parent / BEFORE / f"{safe}.onnx"
