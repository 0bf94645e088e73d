"""Which language is spoken now, and saying things in it.

The language belongs to the request that is answered: `speak` sets it for whatever runs in the same
context, and nothing else. Where nobody asked, it is English.
"""

from contextvars import ContextVar

from markupsafe import Markup, escape

from xray_app.languages.catalogue import Language, languages

ENGLISH = "en"
COOKIE = "xray_language"  # what somebody chose; without it, the browser's own

_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)


def chosen(cookie: str | None, accepted: str) -> Language:
    """The language to answer in.

    Args:
        cookie: what somebody chose before; unknown ones count as none.
        accepted: the header Accept-Language (RFC 9110, 12.5.4).

    >>> chosen(None, "fr-CH, ko;q=0.9, en;q=0.8").code, chosen("en", "ko").code
    ('ko', 'en')
    >>> chosen("xx", "*;q=0.5, de").code, chosen(None, "ko;q=0").code
    ('en', 'en')
    """
    known, asked = languages(), []
    if cookie and cookie in known:
        return known[cookie]
    for n, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.partition(";")
        code = name.strip().lower().partition("-")[0]
        asked.append((-_weight(weight), n, code))
    fits = (known[code] for weight, _, code in sorted(asked) if weight and code in known)
    return next(fits, known[ENGLISH])


def speak(language: Language) -> None:
    """Say everything that follows in this context in this language."""
    _spoken.set(language)


def spoken() -> Language:
    """The language of this context."""
    return _spoken.get() or languages()[ENGLISH]


def say(text: str, /, **values: object) -> str:
    """A text in the reader's language; see `Language.say`."""
    return spoken().say(text, **values)


def html(text: str, /, **values: object) -> Markup:
    """A text in the reader's language with parts of a page in it; other values are escaped."""
    return Markup(escape(spoken().pattern(text, values.get("count")))).format(**values)


def label(name: object) -> str:
    """A label in the reader's language."""
    return spoken().label(name)


def told(sentence: str) -> str:
    """A finished English sentence in the reader's language."""
    return spoken().told(sentence)


def problem(error: Exception) -> str:
    """What an error says, in the reader's language, with its full stop."""
    return f"{told(str(error))}."


def number(count: int) -> str:
    """A count, its digits grouped."""
    return spoken().number(count)


def percent(share: object) -> str:
    """A share of a hundred, as digits, with its sign."""
    return say("{share} %", share=share)


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
