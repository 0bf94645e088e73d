"""How an officer left the viewer with a scanner's scans is how its next scan opens."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

BEGIN = """
  document.querySelector('#desk-header')?.remove();
  const bar = document.body.appendChild(document.createElement('header'));
  bar.id = 'desk-header';
  bar.innerHTML = '<i data-own="{}"></i>';
  const {plainState} = await import('/tools.js');
  const picture = {kind: 'picture', planes: []}, dual = {kind: 'transmission', planes: [1, 2]};
  const plain = plainState(dual);
  const negative = {...plain, look: {...plain.look, negative: true, gamma: 0.5}, lens: true,
    together: true, mode: 'ruler', marks: false};
"""


@pytest.fixture
def said(module_page: Page) -> Iterator[Callable[[], list[Any]]]:
    """What is sent to be kept."""
    module_page.evaluate(
        """() => {
          window.kept = [];
          window.really = window.fetch;
          window.fetch = (address, given) => (address !== 'api/v1/own/scanner'
            ? window.really(address, given)
            : (window.kept.push(JSON.parse(given.body)), Promise.resolve(new Response())));
        }"""
    )
    yield lambda: list(module_page.evaluate("window.kept"))
    module_page.evaluate(
        "window.fetch = window.really; document.querySelector('#desk-header').remove()"
    )


def test_the_next_scan_of_a_scanner_opens_as_the_last_was_left_but_for_hidden_marks(
    js: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    after = js(
        "remembered",
        BEGIN
        + """m.remember('belt 1', dual, 3, negative);
        const next = m.recalled('belt 1', dual, 3);
        return [next.look.negative, next.look.gamma, next.lens, next.together, next.mode,
          next.marks, m.recalled('belt 2', dual, 3).lens, m.recalled('', dual, 3).lens,
          m.recalled('belt 1', picture, 3).lens]""",
    )
    assert after == [True, 0.5, True, True, "ruler", True, False, False, False]
    assert [(one["scanner"], one["left"]["kind"]) for one in said()] == [("belt 1", "dual")]


def test_a_scan_left_as_it_came_is_forgotten_and_nothing_is_sent_twice(
    js: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    js(
        "remembered",
        BEGIN
        + """const unmarked = {...plain, marks: false};
        for (const state of [plain, negative, negative, plain, plain, unmarked]) {
          m.remember('belt 1', dual, 3, state);
          m.recalled('belt 1', dual, 3);
        }""",
    )
    assert [one["left"] is None for one in said()] == [False, True]


HIDES = {
    "stripped": {"strip": "organic"},
    "metal stripped": {"strip": "inorganic"},
    "dense": {"penetration": "high", "energy": 1, "black": 0.002, "white": 0.22, "gamma": 0.55},
    "thin": {"penetration": "low", "energy": 0, "black": 0.35, "white": 1, "gamma": 1.3},
    "thin and widened": {"penetration": "low", "energy": 0, "black": -0.1, "white": 1.1},
    "narrow": {"black": 0.4, "white": 0.6},
    "moved": {"black": 0.1, "white": 1.1},
}


@pytest.mark.parametrize("how", HIDES)
def test_what_hides_matter_in_one_scan_hides_nothing_in_the_next(
    js: Callable[..., Any], said: Callable[[], list[Any]], how: str
) -> None:
    after = js(
        "remembered",
        BEGIN
        + """const hides = {...plain, look: {...plain.look, outline: true, ...given}};
        m.remember('belt 1', dual, 3, hides);
        const next = m.recalled('belt 1', dual, 3).look;
        document.querySelector('[data-own]').dataset.own = JSON.stringify({scanners: [
          {scanner: 'belt 1', kind: 'dual', ...hides}]});  // as it was once kept
        return [next, m.recalled('belt 1', dual, 3).look, {...plain.look, outline: true}]""",
        HIDES[how],
    )
    assert after[0] == after[1] == after[2]
    assert [one["left"]["look"]["outline"] for one in said()] == [True]


def test_a_window_that_cuts_nothing_off_is_kept(
    js: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    after = js(
        "remembered",
        BEGIN
        + """const look = {...plain.look, black: -0.2, white: 1.1};
        m.remember('belt 1', dual, 3, {...plain, look});
        const next = m.recalled('belt 1', dual, 3).look;
        return [next.black, next.white]""",
    )
    assert (after, len(said())) == ([-0.2, 1.1], 1)


def test_drawing_is_not_how_a_scan_opens_and_neither_is_a_palette_that_is_gone(
    js: Callable[..., Any], said: Callable[[], list[Any]]
) -> None:
    after = js(
        "remembered",
        BEGIN
        + """const look = {...plain.look, palette: 2};
        m.remember('belt 1', dual, 3, {...negative, mode: 'draw', look});
        return [m.recalled('belt 1', dual, 3), m.recalled('belt 1', dual, 2)]
          .map((state) => [state.mode, state.look.palette])""",
    )
    assert after == [["pan", 2], ["pan", 0]]


def test_the_viewer_opens_a_scan_so(show: Callable[..., Page], js: Callable[..., Any]) -> None:
    two = {"width": 90, "height": 60, "planes": [[40000, 9000], [44000, 16000]]}
    page = show(two)
    opened = js(
        "remembered",
        BEGIN
        + """m.remember('belt 1', dual, 3, negative);
        m.recalled('', dual, 3);
        const {viewer} = window, {said} = viewer.pane;
        const scene = {current: 0, opinions: 'opinions', tables: '/tables.json', scanner: 'belt 1',
          views: [{...said, pixelMm: 2}]};
        await viewer.show(null);
        await viewer.show(scene);
        const before = viewer.state.look.negative;
        viewer.run({reset: true});
        m.recalled('', dual, 3);
        return [before, viewer.state.look.negative, m.recalled('belt 1', dual, 3).look.negative]""",
    )
    page.evaluate("document.querySelector('#desk-header').remove()")
    assert opened == [True, False, False]
