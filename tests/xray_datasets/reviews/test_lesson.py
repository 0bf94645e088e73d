"""What the search says is so; beside it, an officer's word stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xray_datasets.reviews.lesson import (
    DOUBTED,
    REFUTED,
    UNMATCHED,
    UNPLACED,
    UNSAID,
    Lesson,
    View,
    Word,
    lesson,
)

ALARMING = frozenset({"gun", "knife"})
LABELS = ("gun", "knife", "scissors", "cigarettes", "weapon")


def word(label: str, there: bool = True, drawn: bool = False, by: int = 1) -> Word:
    return Word(label, (0, 0, 9, 9), there, drawn, by)


def searched(*words: Word, found: str = "") -> Lesson:
    return lesson(View(words, ALARMING, True, frozenset(found.split()), something=bool(found)))


def objects(one: Lesson) -> list[tuple[str, bool]]:
    return [(c.word.label, c.proven) for c in one.claims if c.word is not None and c.word.there]


def test_without_a_search_an_officer_s_word_stands() -> None:
    words = (word("gun"), word("knife", there=False), word("scissors", drawn=True))
    one = lesson(View(words, ALARMING, cleared_by=7))
    assert [c.word for c in one.claims] == [*words, None]
    assert one.claims[-1].by == 7
    assert (one.judged, one.clean) == (frozenset(), ALARMING)


def test_a_search_proves_what_it_found_and_refutes_the_rest_that_is_not_allowed() -> None:
    one = searched(word("gun"), word("knife"), found="gun")
    assert objects(one) == [("gun", True)]
    assert [w.label for w in one.refuted] == ["knife"]
    assert one.judged == ALARMING
    assert one.notes == (REFUTED,)


def test_a_search_that_found_nothing_says_nothing_of_what_is_allowed() -> None:
    one = searched(word("gun"), word("scissors"))
    assert objects(one) == [("scissors", False)]
    assert [w.label for w in one.refuted] == ["gun"]


def test_what_an_officer_drew_is_what_was_searched_for() -> None:
    one = searched(word("cigarettes", drawn=True))
    assert objects(one) == []
    assert one.judged == ALARMING | {"cigarettes"}


def test_of_an_ordinary_thing_that_an_officer_drew_a_search_says_nothing() -> None:
    one = searched(word("scissors", drawn=True), word("gun"), found="gun")
    assert objects(one) == [("scissors", False), ("gun", True)]
    assert one.judged == ALARMING


def test_what_was_rejected_and_found_all_the_same_is_neither() -> None:
    one = searched(word("gun", there=False), found="gun")
    assert (one.claims, one.refuted) == ((), ())
    assert [w.label for w in one.unsure] == ["gun"]
    assert one.unplaced == {"gun"}
    assert one.judged == {"knife"}
    assert one.notes == (DOUBTED, UNPLACED)


def test_a_search_that_does_not_say_what_it_found_proves_and_refutes_nothing() -> None:
    words = (word("gun"), word("knife", there=False))
    one = lesson(View(words, ALARMING, searched=True, something=True))
    assert objects(one) == [("gun", False)]
    assert [w.label for w in one.unsure] == ["knife"]
    assert (one.judged, one.searched, one.notes) == (frozenset(), False, (UNSAID,))


def test_where_one_word_of_a_search_is_unknown_it_refutes_nothing() -> None:
    words = (word("gun"), word("knife"))
    found = frozenset({"knife"})
    one = lesson(View(words, ALARMING, True, found, something=True, unnamed=True))
    assert objects(one) == [("knife", True)]
    assert (one.refuted, [w.label for w in one.unsure]) == ((), ["gun"])
    assert (one.judged, one.notes) == ({"knife"}, (UNMATCHED,))


def test_a_weapon_found_neither_proves_nor_refutes_a_gun() -> None:
    one = searched(word("gun"), word("knife", there=False), found="weapon")
    assert objects(one) == [("gun", False)]
    assert [w.label for w in one.unsure] == ["knife"]
    assert one.judged == frozenset()


words = st.builds(word, st.sampled_from(LABELS), st.booleans(), st.booleans(), st.integers(1, 3))


@settings(deadline=None, max_examples=100)
@given(st.lists(words, max_size=6), st.sets(st.sampled_from(LABELS)))
def test_the_search_always_wins(said: list[Word], found: set[str]) -> None:
    said = [w if w.there or not w.drawn else word(w.label, True, True, w.by) for w in said]
    one = searched(*said, found=" ".join(found))
    vague = "weapon" in found
    for label, proven in objects(one):
        assert proven == (label in found)
        assert label in found or vague or label not in ALARMING
    assert not {w.label for w in one.refuted} & found
    denied = {c.word.label for c in one.claims if c.word is not None and not c.word.there}
    assert not denied & (found | ALARMING)
    assert one.unplaced <= found
    assert not one.judged & one.unplaced
    assert one.judged - found == (one.judged | ALARMING) - found or vague
    told = [c.word for c in one.claims] + [*one.refuted, *one.unsure]
    assert len(told) == len(said)  # nothing gets lost


@pytest.mark.parametrize("found", ["", "gun"])
def test_nobody_clears_what_was_searched(found: str) -> None:
    assert None not in [c.word for c in searched(word("gun"), found=found).claims]
