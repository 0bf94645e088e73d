"""How a page finds out that the desk is away, and that it is back."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
# `tick()` looks as the page does by itself; each look is answered by `answers[address](status)`.
DESK = """
  const {fetch: real, setTimeout: later} = window, answers = {}, said = [];
  let tick = null;
  window.setTimeout = (act, ms) => (ms === 3000 ? (tick = act) : later(act, ms));
  window.fetch = (address) => new Promise((done) => {
    answers[address.split('/').at(-1)] = (status) => {
      done(new Response('', {status}));
      return new Promise((then) => later(then));
    };
  });
  const stands = () => document.querySelectorAll('.away').length;
  const look = m.watch('away', () => said.push('back'));
"""
LEAVE = """Object.assign(window, {fetch: real, setTimeout: later});
  document.querySelector('.away')?.remove();"""


def run(js: Js, body: str) -> Any:
    return js("away", f"{DESK} try {{ {body} }} finally {{ {LEAVE} }}")


def test_a_page_looks_for_a_desk_and_what_is_sent_for_its_database(js: Js) -> None:
    assert run(
        js,
        """
        tick();
        const first = Object.keys(answers);
        look();
        return [first, Object.keys(answers)];""",
    ) == [["live"], ["live", "ready"]]


def test_that_a_desk_lives_is_no_word_of_its_database(js: Js) -> None:
    away, still, back = run(
        js,
        """
        tick();
        const lives = answers.live;
        look();
        await answers.ready(503);
        const away = stands();
        await lives(200);
        const still = [stands(), said.length];
        tick();
        await answers.ready(200);
        return [away, still, [stands(), said]];""",
    )
    assert (away, still, back) == (1, [1, 0], [0, ["back"]])
