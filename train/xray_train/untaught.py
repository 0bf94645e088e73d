"""Whether scans taught or tuned the model that they are to try.

Cards know sets by their names, and scans by marks of their pixels (`prints`). What neither tells:
pictures that were compressed anew, resized or cropped, other scans of a bag that taught, and
simulated scans of seeds that taught.
"""

from collections.abc import Collection, Sequence

from xray.card import Card
from xray.errors import DataError
from xray_datasets import simulated, twins
from xray_datasets.sample import Sample
from xray_train import prints, sets, sources
from xray_train.lite import PHOTOGRAPHS

OTHERS = "A miss rate is bounded on scans that taught nothing and tuned nothing: give others"
NAMED = 3  # of the scans that taught
UNMARKED = (sources.SIMULATED, sources.CONTAINERS, sources.GDXRAY, PHOTOGRAPHS)


def refuse_taught(card: Card, on: str, split: str | None = None) -> None:
    """No promise stands on scans that taught: what a model learned by heart it does not miss.

    Args:
        card: of the model.
        on: the set, as `sets.read` takes it.
        split: of a folder; None: all of it.

    Raises:
        DataError: the model learned from them or was tuned on them, as far as its card says.
    """
    if known := sets.learned(card, on, split) or sets.tuned(card, on):
        raise DataError(f"{on}: {known} {OTHERS}")


def known(
    card: Card,
    samples: Sequence[Sample],
    shown: twins.Shown = twins.unseen,
    kinds: Collection[str] = (prints.TAUGHT, prints.TUNED),
) -> str | None:
    """Which of these scans taught or tuned the model by the marks on its card, a sentence.

    Args:
        card: of the model; older ones keep no marks, and then no scan is opened.
        samples: the scans.
        shown: gives things back one by one, and shows how far the work is.
        kinds: of marks that are compared.
    """
    marks = {kind: {*prints.of_card(card, kind)} for kind in kinds}
    found: dict[str, list[str]] = {kind: [] for kind in marks}
    real = [sample for sample in samples if sample.origin != simulated.ANEW]
    for sample in shown(real, "comparing with what taught") if any(marks.values()) else ():
        mark = prints.mark(sample.scan)
        for kind, mine in marks.items():
            if mark in mine:
                found[kind].append(sample.id)
    said = [
        f"{len(ids)} that {kind} the model ({', '.join(ids[:NAMED])}"
        f"{', ...' if len(ids) > NAMED else ''})"
        for kind, ids in found.items()
        if ids
    ]
    if not said:
        return None
    return f"Among these {len(samples)} scans are {' and '.join(said)}, by their very pixels."


def refuse_known(card: Card, samples: Sequence[Sample], shown: twins.Shown = twins.unseen) -> str:
    """The same by the scans themselves, whatever their folder is called.

    Args:
        card: of the model; older ones keep no marks of what taught.
        samples: the scans; each is opened.
        shown: gives things back one by one, and shows how far the work is.

    Returns:
        what was compared, a sentence.

    Raises:
        DataError: some of them taught or tuned the model; names the first.
    """
    if said := known(card, samples, shown):
        raise DataError(f"{said} {OTHERS}")
    taught = prints.of_card(card, prints.TAUGHT)
    real = sum(int(one.get("scans", 0)) for one in card.data if one["name"] not in UNMARKED)
    if not real:
        return "the model's card names no scans that taught it but simulated ones"
    if not taught:
        return (
            "the model's card keeps no marks of the scans that taught it: that these did not is "
            "known by names alone"
        )
    return (
        f"by its pixels, none of these scans is among the {len(taught):,} of which the model's "
        f"card keeps marks, of {real:,} that taught it; copies that were compressed anew, resized "
        "or cropped are not known again"
    )
