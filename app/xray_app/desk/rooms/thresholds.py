"""What a manager asks of a profile on the page, and what that changes, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from xray.card import Card
from xray.profile import Profile
from xray_app.cases.canonical import sha256_of
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.profiles import Change
from xray_app.desk.rooms import operating
from xray_app.languages import label as in_words
from xray_app.languages import say

HALF_STEP = 0.005 + 1e-9  # of a slider, which cannot stand at 0.3472: nearer than that, it stayed
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Label = Annotated[str, Field(max_length=200)]


class Asked(BaseModel):
    """The form: sliders and boxes of every label, what may be opaque, what it rests on.

    Attributes:
        act: put what stands here in force, or go back to the card's own.
        model: hash of the model file that the page was made for.
        seen: number of what was in force when the page was made.
        confirmed: `seal` of what the manager was told that it lets by.
        label, threshold: as many of one as of the other.
        alarming: those of the labels that are ticked.
    """

    act: Literal["put", "card"]
    model: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")]
    seen: Annotated[int, Field(ge=0, le=2**62)]
    confirmed: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")] = ""
    name: Line = ""
    reason: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    label: Annotated[list[Label], Field(max_length=1000)] = []
    threshold: Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(max_length=1000)] = []
    alarming: Annotated[list[Label], Field(max_length=1000)] = []
    opaque_cm2: Line = ""
    opaque_percent: Line = ""


def profile_of(said: Asked, card: Card, base: Profile) -> Profile:
    """The profile that the form asks for; what was not moved stays as exact as it is in `base`.

    Raises:
        Conflict: the page was made for another model.
        Refused: what may be opaque is no number.
    """
    one_each = sorted(said.label) == sorted(card.labels) and len(said.threshold) == len(said.label)
    if said.model != card.sha256 or not one_each:
        raise Conflict("another model is in use than when this page was made; look at it again")
    moved = {
        label: round(threshold, 4)
        for label, threshold in zip(said.label, said.threshold, strict=True)
        if abs(threshold - base.threshold(label)) > HALF_STEP
    }
    elsewhere = base.alarming - set(card.labels)  # labels of other models: no box stands for them
    shown = opaque(base)
    area, share = said.opaque_cm2.strip(), said.opaque_percent.strip()
    return replace(
        base.with_thresholds(**moved),
        name=said.name.strip(),
        alarming=elsewhere | (set(said.alarming) & set(card.labels)),
        max_opaque_mm2=base.max_opaque_mm2 if area == shown[0] else 100 * _number(area, 1e6),
        max_opaque_share=base.max_opaque_share if share == shown[1] else _number(share, 100) / 100,
    )


def opaque(profile: Profile) -> tuple[str, str]:
    """How much may be opaque as the page shows it: in cm², and in percent of the load.

    >>> opaque(Profile())
    ('25', '4.5')
    """
    return f"{profile.max_opaque_mm2 / 100:g}", f"{100 * profile.max_opaque_share:g}"


def seal(said: Asked, profile: Profile) -> str:
    """What a confirmation is good for: this act, from this state, and no other value."""
    return sha256_of([said.act, said.model, said.seen, profile.to_dict()])


def told(changes: Sequence[Change], card: Card) -> Iterator[str]:
    """What changes, with what was measured of it."""
    for one in changes:
        said = change(one.what, one.label, one.before, one.after)
        if one.what != "threshold":
            yield said
            continue
        points, _ = operating.measured(card, one.label)
        was, now = (operating.expected(points, at) for at in (one.before, one.after))
        if was == now:  # nothing was measured between the two
            yield say("{change}; how many more are missed was not measured", change=said)
        else:
            values = {"change": said, "was": was, "now": now}
            yield say("{change}; expected before: {was}, then: {now}", **values)


def change(what: str, label: str, before: float, after: float) -> str:
    """One value that differs, in words.

    >>> change("threshold", "gun_part", 0.3472, 0.5), change("alarming", "knife", True, False)
    ('gun part: from probability 0.3472 to 0.5', 'knife: raises no alarm any more')
    """
    if what == "alarming":
        if after:
            return say("{label}: raises an alarm", label=in_words(label))
        return say("{label}: raises no alarm any more", label=in_words(label))
    values = {"before": f"{before:.4g}", "after": f"{after:.4g}"}
    if what == "threshold":
        return say("{label}: from probability {before} to {after}", label=in_words(label), **values)
    if what == "max_opaque_mm2":
        values = {"before": f"{before / 100:g}", "after": f"{after / 100:g}"}
        return say("may be opaque: {before} cm² before, {after} cm² then", **values)
    values = {"before": f"{100 * before:g}", "after": f"{100 * after:g}"}
    return say("may be opaque of the load: {before} % before, {after} % then", **values)


def recorded(body: Mapping[str, Any], texts: Mapping[int, tuple[str, str]]) -> str:
    """An entry of the audit chain in words: the profile's name, what changed, and why."""
    name, reason = texts.get(body["profile"], ("", ""))
    said = "; ".join(change(*one) for one in body["changes"]) or say("no value changed")
    return say("{name}: {changes}. Why: {reason}", name=name, changes=said, reason=reason)


def _number(text: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:  # nan neither
        raise Refused(f"how much may be opaque is a number from 0 to {most:.0f}, got {text[:20]!r}")
    return number
