"""Many files at once: a case each, a line each, and a bad one costs the others nothing."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
# A desk that answers by the file's name, and inspects what it was sent by the second look; `old`
# came long before the others, and `stuck` is never inspected.
DESK = """
  const real = window.fetch, looks = {}, named = {};
  window.most = 0;
  let open = 0, busy = 2;
  const json = (status, body, headers = {}) =>
    new Response(JSON.stringify(body), {status, headers});
  const stateOf = (name) => (name.startsWith('stuck') || !name.startsWith('old') && looks[name] < 2
    ? 'inspecting' : 'waiting');
  window.fetch = async (address, {body} = {}) => {
    if (String(address).startsWith('api/v1/cases/progress?')) {
      const asked = new URL(address, location.href).searchParams.getAll('id');
      const told = asked.map((id) => {
        const name = named[id];
        looks[name] = (looks[name] ?? 0) + 1;
        return {id, state: stateOf(name), problem: name === 'text.png' ? 'found text' : null};
      });
      return json(asked.length <= 50 ? 200 : 422, told);
    }
    if (address !== 'api/v1/scans') return real(address);
    const {name} = body.get('scan');
    window.most = Math.max(window.most, ++open);
    await new Promise((done) => { setTimeout(done, 20); });
    open--;
    if (name === 'lost.png') throw new TypeError('network');
    if (name === 'no.png') return json(422, {error: 'no.png: refused'});
    if (name === 'late.png' && busy-- > 0) return json(503, {error: 'full'}, {'retry-after': '0'});
    const id = 'id-' + name.replace('copy of ', '');
    named[id] = name;
    return json(202, {id});
  };
  const list = document.createElement('ol');
  const file = (name, size = 10) => new File([new Uint8Array(size)], name);
  const soon = (done) => Promise.race([done, new Promise((_, fail) => {
    setTimeout(() => fail(new Error('still waits: ' + list.textContent)), 30000); })]);
"""
LINES = """[...list.children].map((row) => [row.firstChild.textContent,
  row.querySelector('.state').textContent, row.className,
  row.querySelector('a')?.getAttribute('href') ?? ''])"""


def test_each_file_becomes_a_case_and_a_bad_one_costs_nothing_else(js: Js) -> None:
    names = ["a.png", "large.png", "lost.png", "no.png", "text.png", "late.png", "b.png"]
    lines = js(
        "sending",
        f"""{DESK}
        try {{
          const files = given.map((name) => file(name, name === 'large.png' ? 3 * 2 ** 20 : 10));
          await soon(m.sendAll(files, list, 2 * 2 ** 20).ended);
          return {LINES};
        }} finally {{ window.fetch = real; }}""",
        names,
    )
    assert lines == [
        ["a.png", "inspected", "done", "?case=id-a.png"],
        ["large.png", "large.png is 3 MB; the desk takes at most 2 MB.", "refused", ""],
        ["lost.png", "The desk could not be reached; nothing was sent.", "refused", ""],
        ["no.png", "no.png: refused", "refused", ""],
        ["text.png", "Not read", "refused", "?case=id-text.png"],
        ["late.png", "inspected", "done", "?case=id-late.png"],
        ["b.png", "inspected", "done", "?case=id-b.png"],
    ]


def test_two_files_travel_at_once_and_a_name_is_text(js: Js) -> None:
    told = js(
        "sending",
        f"""{DESK}
        try {{
          const names = ['<b>x</b>.png', ...Array.from({{length: 6}}, (_, n) => n + '.png')];
          await soon(m.sendAll(names.map((name) => file(name)), list, 100).ended);
          return [window.most, {LINES}[0], list.querySelectorAll('b b').length];
        }} finally {{ window.fetch = real; }}""",
    )
    assert told == [2, ["<b>x</b>.png", "inspected", "done", "?case=id-<b>x</b>.png"], 0]


def test_a_scan_that_came_long_ago_and_a_file_chosen_twice_end_their_lines_too(js: Js) -> None:
    lines = js(
        "sending",
        f"""{DESK}
        try {{
          const names = ['old.png', 'a.png', 'copy of a.png',
            ...Array.from({{length: 60}}, (_, n) => n + '.png')];
          await soon(m.sendAll(names.map((name) => file(name)), list, 100).ended);
          return {LINES};
        }} finally {{ window.fetch = real; }}""",
    )
    assert lines[:3] == [
        ["old.png", "inspected", "done", "?case=id-old.png"],
        ["a.png", "inspected", "done", "?case=id-a.png"],
        ["copy of a.png", "inspected", "done", "?case=id-a.png"],
    ]
    assert {state for _, state, _, _ in lines} == {"inspected"}


def test_a_batch_is_sent_though_one_before_it_is_not_inspected_and_its_line_stays(js: Js) -> None:
    lines = js(
        "sending",
        f"""{DESK}
        try {{
          const first = m.sendAll(['stuck.png', 'no.png'].map((name) => file(name)), list, 100);
          await soon(first.sent);
          await soon(m.sendAll(['a.png', 'b.png'].map((name) => file(name)), list, 100).ended);
          const after = {LINES};
          named['id-stuck.png'] = 'old.png';
          await soon(first.ended);
          return [...after, {LINES}[0]];
        }} finally {{ window.fetch = real; }}""",
    )
    assert lines == [
        ["stuck.png", "is inspected …", "", "?case=id-stuck.png"],
        ["a.png", "inspected", "done", "?case=id-a.png"],
        ["b.png", "inspected", "done", "?case=id-b.png"],
        ["stuck.png", "inspected", "done", "?case=id-stuck.png"],
    ]
