"""A language: its file, and how a sentence is looked up in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
HOLE = re.compile(r"\{(\w+)\}")
LONGEST = 500  # letters of a sentence with values in it; matching takes powers of the length
DEEP = 2  # "bag.png: damaged PNG file: it ends too early" holds two sentences
Words = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        code: BCP 47, as browsers say it.
        name: as its readers call it.
        direction: "ltr" or "rtl".
        thousands: what stands between groups of three digits.
        words: English → its own words, or → {"one": …, "other": …} by `count`.
        sentences: as `words`, for finished sentences that come from elsewhere; their values are
            found in them.
    """

    code: str
    name: str
    direction: str = "ltr"
    thousands: str = ","
    words: Words = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: str, /, **values: object) -> str:
        """A text in this language, its values filled in; English where a word lacks."""
        found = self.pattern(text, values.get("count"))
        return found.format(**values) if values else found

    def pattern(self, text: str, count: object = None) -> str:
        """As `say`, the braces still in it."""
        found = self.words.get(text, text.rpartition("|")[2])
        return found if isinstance(found, str) else found["one" if count == 1 else "other"]

    def label(self, name: object) -> str:
        """A label, or another code, as people write it.

        >>> Language("en", "English").label("gun_part")
        'gun part'
        """
        return self.known(f"label|{name}") or str(name).replace("_", " ")

    def known(self, text: str) -> str | None:
        """A text in this language; None where it has no word for it."""
        found = self.words.get(text)
        return found if isinstance(found, str) else None

    def told(self, sentence: str) -> str:
        """A finished English sentence, such as an error's or a reason's, in this language.

        >>> korean = Language("ko", "", sentences={"no view {view}": "{view}번 시야 없음"})
        >>> korean.told("no view 3"), korean.told("no such thing")
        ('3번 시야 없음', 'no such thing')
        """
        return self._sentence(sentence, DEEP)

    def number(self, count: int) -> str:
        """A count with its digits grouped."""
        return f"{count:,}".replace(",", self.thousands)

    def _sentence(self, sentence: str, deep: int) -> str:
        """As `told`; deep: how many sentences within one another are told too."""
        if whole := self.known(sentence) or self.sentences.get(sentence):
            return whole
        if len(sentence) > LONGEST:
            return sentence
        for pattern, text in self._patterns:
            if fits := pattern.fullmatch(sentence):
                found = fits.groupdict().items()
                return text.format(**{name: self._value(name, v, deep) for name, v in found})
        return sentence

    def _value(self, name: str, value: str, deep: int) -> str:
        kind = name.rstrip("0123456789")
        if kind == "label":
            return self.label(value)
        if kind == "sentence":
            return self._sentence(value, deep - 1) if deep else value
        return self.known(f"{kind}|{value}") or value

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        open_ones = [(k, v) for k, v in self.sentences.items() if HOLE.search(k)]
        # The longest first: it says the most of the sentence itself.
        open_ones.sort(key=lambda pair: (-len(HOLE.sub("", pair[0])), pair[0]))
        return tuple((_pattern(english), text) for english, text in open_ones)


@cache
def languages() -> Mapping[str, Language]:
    """Every language, by its code."""
    return {one.code: one for one in map(read, sorted(FOLDER.glob("*.toml")))}


def read(path: Path) -> Language:
    """The language of a file."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    about = said.pop("language")
    sentences = dict(_flat(said.pop("sentences", {})))
    return Language(**about, words=dict(_flat(said)), sentences=sentences)


def _pattern(english: str) -> re.Pattern[str]:
    parts = HOLE.split(english)
    texts = [f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(texts), re.DOTALL)


def _flat(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Entries of all sections; a table of plural forms is an entry."""
    for name, value in said.items():
        if isinstance(value, str) or value.keys() <= {"one", "other"}:
            yield name, value
        else:
            yield from _flat(value)
