"""No officer teaches more than the cap."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from xray_datasets.reviews.cap import CAPPED, capped
from xray_datasets.reviews.lesson import Claim, Lesson, Word


def claim(by: int, proven: bool = False, at: int = 0) -> Claim:
    return Claim(by, Word("gun", (at, 0, at + 9, 9), there=True, drawn=False, by=by), proven)


def lessons(*claims: tuple[Claim, ...]) -> list[tuple[str, Lesson]]:
    return [(f"scan {n}", Lesson(mine)) for n, mine in enumerate(claims)]


def test_what_a_search_has_proven_goes_first() -> None:
    given = lessons((claim(1),), (claim(1, proven=True),), (claim(1),), (claim(2),))
    kept = capped(given, 1)
    assert [len(one.claims) for one in kept] == [0, 1, 0, 1]
    assert [one.notes for one in kept] == [(CAPPED,), (), (CAPPED,), ()]


def test_what_is_left_out_is_neither_object_nor_background() -> None:
    (one,) = capped(lessons((claim(1), Claim(1, None))), 0)
    assert (one.claims, [w.label for w in one.unsure]) == ((), ["gun"])
    assert one.notes == (CAPPED, CAPPED)


claims = st.builds(claim, st.integers(1, 3), st.booleans(), st.integers(0, 9))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(claims, max_size=4), max_size=8), st.integers(0, 5))
def test_no_officer_is_over_the_cap_and_none_is_kept_under_it(
    said: list[list[Claim]], most: int
) -> None:
    given = lessons(*map(tuple, said))
    kept = capped(given, most)
    before = Counter(c.by for mine in said for c in mine)
    after = Counter(c.by for one in kept for c in one.claims)
    assert all(after[by] == min(count, most) for by, count in before.items())
    for (_, one), left in zip(given, kept, strict=True):
        assert all(c in one.claims for c in left.claims)
        assert len(left.unsure) == len(one.claims) - len(left.claims) == left.notes.count(CAPPED)
