"""The keys of the case page beside those of the viewer."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from xray_app.desk import work


def own_keys() -> list[str]:
    """Those of a case that the officer has."""
    acts = (*work.DECISIONS, *work.ASIDE, work.SCAN_FIRST, work.TAKE)
    return [
        *(act.key for act in acts),
        *(code.key for code in work.CODES),
        work.UNDO_KEY,
        work.NOTE_KEY,
    ]


def test_no_key_of_the_case_page_means_two_things() -> None:
    assert max(Counter(own_keys()).values()) == 1


@pytest.mark.browser
def test_no_key_of_the_case_page_is_a_tools(js: Callable[..., Any]) -> None:
    tools = js("tools", "return [...m.ALL, ...m.MARKING].map((one) => one.key)")
    assert sorted(tools) == sorted(work.VIEWER_KEYS)
    assert set(tools).isdisjoint(own_keys())


def test_no_key_of_the_case_page_records_what_a_search_found() -> None:
    acts = (work.TAKE, work.TAKE_THIS, *work.DECISIONS, *work.ASIDE, work.SCAN_FIRST)
    assert {"found", "not_found"}.isdisjoint(act.name for act in acts)
