"""What was said of a case and waits: also where the case is closed and opened again meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
# A desk that keeps each word once it is told to, `answers.shift()(status)`; `asked`: what came.
DESK = """
  const real = window.fetch, asked = [], answers = [], kept = [], told = [];
  const said = (status = 200) => new Response(JSON.stringify(status !== 200
    ? {error: 'it is with lee'}
    : {version: 7, mine: true, labels: [], standing: [...kept]}), {status});
  window.fetch = async (address, {body} = {}) => {
    if (address !== 'case') return real(address);
    if (!body) return said();
    const {version, ...word} = JSON.parse(body);
    asked.push([word.finding, version]);
    const status = await new Promise((done) => answers.push(done));
    if (status === 200) kept.push(word);
    return said(status);
  };
  const late = new Promise((_, fail) => {
    setTimeout(() => fail(new Error('no word comes; so far: ' + JSON.stringify(asked))), 20_000);
  });
  const soon = async (isSo) => {
    while (!isSo())
      await Promise.race([late, new Promise((done) => setTimeout(done))]);
  };
  const opened = async () => {
    const opinions = new m.Opinions({changed: () => 0, told: (text) => told.push(text)});
    await opinions.open('case');
    return opinions;
  };
  const word = (finding) => (
    {view: 0, says: 'confirmed', finding, drawn: null, label: null, xyxy_px: null});
  const stands = ({standing}) => standing.map(({finding}) => finding);
"""


def run(js: Js, body: str) -> Any:
    all_of_it = f"await Promise.race([late, (async () => {{ {body} }})()])"
    return js("opinions", f"{DESK} try {{ return {all_of_it} }} finally {{ window.fetch = real; }}")


def test_a_case_that_is_opened_again_sends_each_word_that_waits_once(js: Js) -> None:
    asked, standing, all_kept = run(
        js,
        """
        const first = await opened();
        [1, 2].forEach((n) => first.say(word(n)));
        const second = await opened();
        second.say(word(3));
        for (let n = 1; n <= 3; n++) {
          await soon(() => answers.length);
          answers.shift()(200);
        }
        const all = await m.kept('case');
        return [asked, stands(second), all && sessionStorage.getItem('case') === null]""",
    )
    assert asked == [[1, 7], [2, 7], [3, 7]]
    assert standing == [1, 2, 3]
    assert all_kept


def test_what_waits_of_a_case_that_was_opened_again_holds_up_a_decision(js: Js) -> None:
    over = run(
        js,
        """
        const first = await opened();
        first.say(word(1));
        const second = await opened(), over = [];
        second.say(word(2));
        const all = m.kept('case').then(() => over.push('decided'));
        for (let n = 1; n <= 2; n++) {
          await soon(() => answers.length);
          await new Promise((done) => setTimeout(done, 20));
          over.push(`word ${n}`);
          answers.shift()(200);
        }
        await all;
        return over""",
    )
    assert over == ["word 1", "word 2", "decided"]


def test_whoever_shows_the_case_now_is_told_what_was_refused(js: Js) -> None:
    standing, told, asked = run(
        js,
        """
        const first = await opened();
        [1, 2].forEach((n) => first.say(word(n)));
        const second = await opened();
        await soon(() => answers.length);
        const before = stands(second);
        answers.shift()(409);
        await m.kept('case');
        return [[before, stands(second)], told, asked]""",
    )
    assert standing == [[1, 2], []]
    assert told == ["Not kept: it is with lee."]
    assert asked == [[1, 7]], "what followed rested on it"
