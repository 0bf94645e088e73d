"""What was said of a case and waits: also where the case is closed and opened again meanwhile.

In these tests two seconds are one millisecond, and twenty are fifty.
"""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
# A desk that keeps each word once it is told to, `answers.shift()(status)`; `asked`: what came.
# What stands is not said while it is `away` (a status), or 'silent'. `left`: what an officer left.
# `reader`: who is signed in, whoever opened the page; a word that names another is refused.
DESK = """
  const {fetch: real, setTimeout: later} = window, limit = AbortSignal.timeout;
  window.setTimeout = (act, ms) => later(act, ms === 2000 ? 1 : ms);
  AbortSignal.timeout = (ms) => limit.call(AbortSignal, ms === 20_000 ? 50 : ms);
  const leave = () => {
    Object.assign(window, {fetch: real, setTimeout: later});
    AbortSignal.timeout = limit;
    sessionStorage.clear();
  };
  const asked = [], answers = [], kept = [], told = [];
  let away = 0, reader = 'kim', mine = true, refusal = 'it is with lee';
  const said = (status = 200) => new Response(JSON.stringify(status !== 200
    ? {error: refusal}
    : {reader, version: 7, mine, labels: [], standing: [...kept]}), {status});
  window.fetch = async (address, {body, signal} = {}) => {
    if (address !== 'case') return real(address);
    if (!body && away === 'silent')
      return new Promise((_, fail) => signal?.addEventListener('abort', () => fail(signal.reason)));
    if (!body) return said(away || 200);
    const {version, officer, ...word} = JSON.parse(body);
    if (officer !== reader) return said(401);
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
  const opened = async (officer = 'kim', about = {}) => {
    reader = officer;
    const opinions = new m.Opinions({changed: () => 0, told: (text) => told.push(text)});
    await opinions.open('case', officer, about);
    return opinions;
  };
  const left = (officer, words) => {
    const place = `case ${officer}`;
    if (words) sessionStorage.setItem(place, JSON.stringify(words));
    return JSON.parse(sessionStorage.getItem(place) ?? '[]').map(({finding}) => finding);
  };
  const word = (finding) => (
    {view: 0, says: 'confirmed', finding, drawn: null, label: null, xyxy_px: null});
  const keepBoth = async (over) => {
    for (let n = 1; n <= 2; n++) {
      await soon(() => answers.length);
      await new Promise((done) => setTimeout(done, 20));
      over.push(`word ${n}`);
      answers.shift()(200);
    }
  };
  const stands = ({standing}) => standing.map(({finding}) => finding);
"""


def run(js: Js, body: str, given: object = None) -> Any:
    all_of_it = f"await Promise.race([late, (async () => {{ {body} }})()])"
    return js("opinions", f"{DESK} try {{ return {all_of_it} }} finally {{ leave() }}", given)


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
        const all = await m.kept('case', 'kim');
        return [asked, stands(second), all && left('kim').length === 0]""",
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
        const all = m.kept('case', 'kim').then(() => over.push('decided'));
        await keepBoth(over);
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
        await m.kept('case', 'kim');
        return [[before, stands(second)], told, asked]""",
    )
    assert standing == [[1, 2], []]
    assert told == ["Not kept: it is with lee."]
    assert asked == [[1, 7]], "what followed rested on it"


def test_a_word_that_is_refused_calls_the_case_what_the_page_calls_it(js: Js) -> None:
    told = run(
        js,
        """
        const opinions = await opened('kim', {case: '0a1b', name: '0180 $& 377'});
        refusal = 'case 0a1b is held, not with kim; take it first';
        opinions.say(word(1));
        await soon(() => answers.length);
        answers.shift()(409);
        await m.kept('case', 'kim');
        return told""",
    )
    assert told == ["Not kept: case 0180 $& 377 is held, not with kim; take it first."]


def test_what_one_officer_marked_is_not_sent_as_said_by_another(js: Js) -> None:
    asked, standing, lefts, after = run(
        js,
        """
        left('kim', [word(1)]);
        const lees = await opened('lee'), all = await m.kept('case', 'lee');
        lees.say(word(2));
        await soon(() => answers.length);
        const before = [[...asked], stands(lees), [left('kim'), left('lee'), all]];
        answers.shift()(200);
        await m.kept('case', 'lee');
        await opened('kim');
        await soon(() => answers.length);
        answers.shift()(200);
        await m.kept('case', 'kim');
        return [...before, [asked, left('kim')]]""",
    )
    assert asked == [[2, 7]]
    assert standing == [2]
    assert lefts == [[1], [2], True], "kim's waits for kim, and holds up nothing of lee's"
    assert after == [[[2, 7], [1, 7]], []]


def test_what_was_left_holds_up_a_decision_though_the_case_cannot_be_read_yet(js: Js) -> None:
    over, told = run(
        js,
        """
        const over = [];
        left('kim', [word(1)]);
        away = 503;
        const all = m.kept('case', 'kim').then((all) => over.push(all ? 'decided' : 'not'));
        await opened();
        await soon(() => told.length > 2);
        over.push('back');
        away = 0;
        await soon(() => answers.length);
        over.push('word 1');
        answers.shift()(200);
        await all;
        return [over, [...new Set(told)]]""",
    )
    assert over == ["back", "word 1", "decided"]
    assert told == [
        "What was said of this case cannot be read: the desk answered 503",
        "The desk is back: what you marked is kept.",
    ]


def test_what_was_left_of_a_case_that_is_opened_twice_goes_once(js: Js) -> None:
    asked, over, lefts = run(
        js,
        """
        const over = [];
        left('kim', [word(1), word(2)]);
        await Promise.all([opened(), opened()]);
        const all = m.kept('case', 'kim').then(() => over.push('decided'));
        await keepBoth(over);
        await all;
        return [asked, over, left('kim')]""",
    )
    assert asked == [[1, 7], [2, 7]]
    assert over == ["word 1", "word 2", "decided"]
    assert lefts == []


def test_a_word_is_sent_after_one_was_refused_by_a_desk_that_then_says_nothing(js: Js) -> None:
    asked, told = run(
        js,
        """
        const opinions = await opened();
        opinions.say(word(1));
        await soon(() => answers.length);
        away = 'silent';
        answers.shift()(409);
        const all = await m.kept('case', 'kim');
        opinions.say(word(2));
        await soon(() => answers.length);
        answers.shift()(200);
        return [asked, [all, await m.kept('case', 'kim'), told]]""",
    )
    assert asked == [[1, 7], [2, 7]]
    silent = "What was said of this case cannot be read: the desk cannot be reached"
    assert told == [False, True, ["Not kept: it is with lee.", silent]]


OUT = "Your session has ended. Sign in again in another tab: what you mark is kept here."
BACK = "The desk is back: what you marked is kept."


@pytest.mark.parametrize("holds", [True, False])
def test_what_was_left_waits_for_its_officer_while_another_is_signed_in(
    js: Js, holds: bool
) -> None:
    before, after, told = run(
        js,
        """
        left('kim', [word(1)]);
        away = 503;
        await opened();
        [away, reader, mine] = [0, 'lee', given[1]];
        await soon(() => told.includes(given[0]));
        const before = [[...asked], left('kim')];
        [reader, mine] = ['kim', true];
        await soon(() => answers.length);
        answers.shift()(200);
        await m.kept('case', 'kim');
        return [before, [asked, left('kim')], told.at(-1)]""",
        [OUT, holds],
    )
    assert before == [[], [1]], "neither sent nor forgotten"
    assert after == [[[1, 7]], []]
    assert told == BACK


def test_a_word_is_not_taken_for_that_of_another_who_signed_in_after_it_was_said(js: Js) -> None:
    before, after, told = run(
        js,
        """
        const opinions = await opened();
        reader = 'lee';
        opinions.say(word(1));
        await soon(() => told.includes(given));
        const before = [[...asked], left('kim')];
        reader = 'kim';
        await soon(() => answers.length);
        answers.shift()(200);
        await m.kept('case', 'kim');
        return [before, [asked, left('kim')], told.at(-1)]""",
        OUT,
    )
    assert before == [[], [1]]
    assert after == [[[1, 7]], []]
    assert told == BACK
