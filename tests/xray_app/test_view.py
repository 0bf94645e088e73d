"""What the page says: words, order, and that text from outside stays text."""

from dataclasses import replace

import pytest

from xray.card import Card
from xray.profile import Profile
from xray.report import Detection, ModelId, Opaque, Outcome, Report
from xray.scan import Encoding
from xray_app.desk import view
from xray_app.desk.work import Beside, View
from xray_app.shown import Case

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}${7*7}"
CARD = Card("parcel", "0.1.0", ("gun", "wrench"), terms="for tests", limits=("no containers",))


def report(**changes: object) -> Report:
    found = (
        Detection("gun", 0.934, (10, 20, 50, 60), alarming=True),
        Detection("pressure_vessel", 0.61, (80, 70, 100, 100)),
    )
    plain = Report("bag", 100, 100, ModelId("parcel", "0.1.0", "ab" * 32), Profile(), found)
    usual = {"outcome": Outcome.ALARM, "reasons": ("gun with probability 0.93",)}
    return replace(plain, **usual | changes)


def case(**changes: object) -> Case:
    plain = Case("key", "bag.png", report(), None, 100, 100, Encoding.DUAL)
    return replace(plain, **{"picture": b"jpeg", "thumbnail": b"jpeg"} | changes)


def test_the_open_case_says_outcome_reasons_findings_model_and_terms() -> None:
    page = view.case(case(), CARD)
    for words in (
        *("Alarm", "gun with probability 0.93", "bag.png", "dual energy · 100 × 100 px"),
        *("pressure vessel", "93 %", "61 %", "bottom right", "parcel@0.1.0", "for tests"),
        "no containers",
    ):
        assert words in page


def test_what_was_assumed_is_shown_without_advice_to_programmers() -> None:
    page = view.case(case(assumed=("air was taken to be bright; pass polarity= if not",)), CARD)
    assert "<li>air was taken to be bright</li>" in page


def test_opaque_regions_are_explained() -> None:
    hidden = Opaque(((1.0, 2.0), (5.0, 2.0), (5.0, 9.0)), 14.0)
    assert "1 opaque region: the beam" in view.case(case(report=report(opaque=(hidden,))), CARD)


@pytest.mark.parametrize("field", ["name", "problem"])
def test_a_hostile_name_or_message_stays_text(field: str) -> None:
    hostile = case(**{field: HOSTILE})
    for page in (view.case(hostile, CARD), view.queue([("Yours", 1, [hostile])], "key")):
        assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in view.case(hostile, CARD)


def test_hostile_labels_reasons_and_cards_stay_text() -> None:
    found = (Detection(HOSTILE, 0.5, (0, 0, 9, 9)),)
    said = report(detections=found, reasons=(HOSTILE,), assumed=(HOSTILE,))
    card = replace(CARD, name=HOSTILE, terms=HOSTILE, limits=(HOSTILE,))
    page = view.case(case(report=said, assumed=(HOSTILE,)), card) + view.header(card, demo=True)
    assert "<img src=x" not in page
    assert "{{7*7}}" in page  # shown as it came, not calculated


def test_a_file_that_was_not_read_says_so_and_what_can_be() -> None:
    unread = Case("key", "notes.png", problem="expected a picture, found text")
    page = view.case(unread, None)
    assert "Not read" in page
    assert "expected a picture, found text" in page
    assert "two-page TIFF" in page
    assert "<table" not in page


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("notes.png", "expected a picture, found text"),
        ("KR-77 1234", "notes.png: expected a picture, found text"),
        ("low.png + notes.png", "notes.png: expected a picture, found text"),
    ],
)
def test_a_file_that_was_not_read_is_named_once(name: str, told: str) -> None:
    unread = Case("key", name, problem="notes.png: expected a picture, found text")
    assert f'<p class="problem">{told}</p>' in view.case(unread, None)


def test_a_scan_without_a_report_is_not_called_clear() -> None:
    page = view.case(case(report=None, problem="No model is loaded."), None)
    assert "Not inspected" in page
    assert "Clear" not in page


def test_a_clear_scan_says_that_nothing_is_over_the_thresholds() -> None:
    page = view.case(case(report=report(detections=(), outcome=Outcome.CLEAR)), CARD)
    assert "Clear" in page
    assert "Nothing over the profile" in page


def test_the_queue_counts_findings_and_marks_the_open_case() -> None:
    page = view.queue([("Yours", 2, [case(), case(key="other")]), ("Samples", 0, [])], "key")
    assert page.count("2 findings") == 2
    assert page.count('aria-current="true"') == 1
    assert "Samples" not in page


def test_a_thing_of_several_views_is_what_the_gravest_of_them_says() -> None:
    clear = report(detections=(), outcome=Outcome.CLEAR, reasons=("nothing",))
    seen = case(report=clear, outcome=Outcome.ALARM, views=(("top", clear), ("side", report())))
    page = view.case(seen, CARD)
    assert "<strong>Alarm</strong>" in page
    assert "<li>side: gun with probability 0.93</li>" in page
    assert "top: nothing" not in page
    assert "Nothing over the profile" in page, "the findings are those of the open view"
    entry = view.queue([("Waiting", 1, [seen])], None)
    assert 'chip alarm">Alarm' in entry
    assert "2 findings" in entry


def test_a_view_that_was_not_seen_keeps_the_others_from_calling_the_thing_clear() -> None:
    clear = report(detections=(), outcome=Outcome.CLEAR, reasons=("nothing to alarm for",))
    seen = case(report=clear, outcome=Outcome.UNKNOWN, views=(("top", clear),))
    top, side = View("key-0", "top", Outcome.CLEAR), View("key-1", "side", problem=f"{HOSTILE}.")
    page = view.case(seen, CARD, Beside(views=(top, side)))
    assert "<strong>Unknown</strong>" in page
    assert '<li class="problem">side could not be seen: &lt;img src=x' in page
    assert "nothing to alarm for" not in page
    assert 'side <span class="chip failed">Not read</span>' in page


def test_a_view_that_was_not_seen_is_named_whichever_view_is_open_and_whatever_the_others_say() -> (
    None
):
    alarm = report(reasons=("gun with probability 0.93",))
    lost = "The file is missing."
    views = (
        View("key-0", "top", Outcome.ALARM, alarms=1),
        View("key-1", "side", problem=lost),
        View("key-2", "end", problem=lost),
        View("key-3", "back", problem="No model.", pictured=True),
    )
    whole = {"outcome": Outcome.ALARM, "views": (("top", alarm),)}
    unread = case(report=None, problem=lost, picture=b"", **whole)
    for shown in (case(report=alarm, **whole), unread):
        page = view.case(shown, CARD, Beside(views=views))
        for says in (
            *("<strong>Alarm</strong>", "<li>top: gun with probability 0.93</li>"),
            *(
                f'<li class="problem">side, end could not be seen: {lost}</li>',
                '<li class="problem">back not inspected: No model.',
            ),
        ):
            assert says in page
    assert 'chip alarm">Alarm' in view.queue([("Waiting", 1, [unread])], None)


def test_a_case_of_which_no_view_was_seen_says_once_why() -> None:
    lost = "Every try broke off."
    views = (View("key-0", "top", problem=lost), View("key-1", "side", problem=lost))
    page = view.case(case(report=None, problem=lost, picture=b""), None, Beside(views=views))
    assert "<strong>Not read</strong>" in page
    assert page.count(lost) == 1


def test_alarms_of_other_views_open_them_and_those_of_the_open_one_stand_in_its_table() -> None:
    clear = report(detections=(), outcome=Outcome.CLEAR)
    seen = case(key="key-0", report=clear, outcome=Outcome.ALARM)
    views = (
        View("key-0", "top", Outcome.CLEAR),
        View("key-1", "<b>side</b>", Outcome.ALARM, alarms=1),
        View("key-2", "View 3", Outcome.ALARM, alarms=2),
    )
    page = view.case(seen, CARD, Beside(views=views))
    opens = '<button type="button" class="act elsewhere" data-case='
    assert f'{opens}"key-1">1 alarm in another view: &lt;b&gt;side&lt;/b&gt;</button>' in page
    assert f'{opens}"key-2">2 alarms in another view: View 3</button>' in page
    there = view.case(replace(seen, key="key-2"), CARD, Beside(views=views))
    assert f'{opens}"key-2"' not in there


def test_an_empty_queue_says_what_to_do() -> None:
    assert "Add a scan" in view.queue([("Yours", 0, [])], None)


@pytest.mark.parametrize(
    ("xyxy", "words"),
    [
        ((0, 0, 10, 10), "top left"),
        ((45, 0, 55, 10), "top"),
        ((90, 90, 100, 100), "bottom right"),
        ((40, 40, 60, 60), "centre"),
        ((100, 50, 100, 50), "right"),
    ],
)
def test_places_are_named_by_thirds(xyxy: tuple[float, ...], words: str) -> None:
    assert view.where(xyxy, 100, 100) == words


def test_a_part_of_the_queue_says_of_how_many_it_shows_some() -> None:
    shown = [case(key=f"{n}") for n in range(3)]
    assert "<h2>Waiting <span>3 of 180</span></h2>" in view.queue([("Waiting", 180, shown)], None)
