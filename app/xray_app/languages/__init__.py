"""What people read, in their language.

English stands in the code, where it is said, and is the key; every other language is one file
beside this one, `CODE.toml`, from English to its own words. Values stand in braces by name. Where
one English word means two things, the code says which in front of a bar: "act|Clear". Sections of
a file are for whoever reads it. To add a language, copy `ko.toml` and turn its right side; the
tests say what is missing.

Data, the interface and the audit chain keep their English codes.
"""

from xray_app.languages.catalogue import Language, languages
from xray_app.languages.speaking import (
    COOKIE,
    ENGLISH,
    chosen,
    html,
    label,
    number,
    percent,
    problem,
    say,
    speak,
    spoken,
    told,
)

__all__ = [
    "COOKIE",
    "ENGLISH",
    "Language",
    "chosen",
    "html",
    "label",
    "languages",
    "number",
    "percent",
    "problem",
    "say",
    "speak",
    "spoken",
    "told",
]
