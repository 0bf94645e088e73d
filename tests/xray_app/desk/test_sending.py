"""Many files at once: a case each, a line each, and a bad one costs the others nothing."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
# A desk that answers by the file's name, and inspects what it was sent by the second look.
DESK = """
  const real = window.fetch, sent = [], looks = {};
  window.most = 0;
  let open = 0, busy = 2;
  const json = (status, body, headers = {}) =>
    new Response(JSON.stringify(body), {status, headers});
  window.fetch = async (address, {body} = {}) => {
    if (String(address).startsWith('api/v1/cases')) {
      const cases = sent.map((name) => {
        looks[name] = (looks[name] ?? 0) + 1;
        return {id: 'id-' + name, state: looks[name] > 1 ? 'waiting' : 'inspecting',
          problem: name === 'text.png' ? 'found text' : null};
      });
      return json(200, {cases});
    }
    if (address !== 'api/v1/scans') return real(address);
    const {name} = body.get('scan');
    window.most = Math.max(window.most, ++open);
    await new Promise((done) => { setTimeout(done, 20); });
    open--;
    if (name === 'lost.png') throw new TypeError('network');
    if (name === 'no.png') return json(422, {error: 'no.png: refused'});
    if (name === 'late.png' && busy-- > 0) return json(503, {error: 'full'}, {'retry-after': '0'});
    sent.push(name);
    return json(202, {id: 'id-' + name});
  };
  const list = document.createElement('ol');
  const file = (name, size = 10) => new File([new Uint8Array(size)], name);
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
          await m.sendAll(files, list, 2 * 2 ** 20);
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
          await m.sendAll(names.map((name) => file(name)), list, 100);
          return [window.most, {LINES}[0], list.querySelectorAll('b b').length];
        }} finally {{ window.fetch = real; }}""",
    )
    assert told == [2, ["<b>x</b>.png", "inspected", "done", "?case=id-<b>x</b>.png"], 0]
