"""What a batch leaves: reports by path, what was set aside, and a summary.

`reports/` holds the canonical reports in a file for each 98,304 scans, `set_aside.jsonl` an id and
a reason a line, `summary.json` the counts. Written from the ledger, they are the same whatever the
engine, the number of workers and how often the batch was broken off.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from xray.batch.files import whole_file
from xray.batch.parts import Parts, Tally

SCHEMA = "xray.batch.summary/2"
SUMMARY, ASIDE = "summary.json", "set_aside.jsonl"


def done(out: Path) -> bool:
    """Whether a batch is done."""
    return (out / SUMMARY).exists()


def read(out: Path) -> dict[str, Any]:
    """The summary of a batch that is done."""
    return dict(json.loads((out / SUMMARY).read_text(encoding="utf-8")))


def write(parts: Parts) -> None:
    """Put together what the parts say, the summary last."""
    plan, tally, digest = parts.plan, Tally(), hashlib.sha256()
    with whole_file(plan.out / ASIDE) as aside:
        for part, (counts, sha256) in enumerate(parts.read()):
            tally += counts
            digest.update(sha256.encode() + b"\n")
            with parts.aside(part).open("rb") as lines:
                shutil.copyfileobj(lines, aside)
    summary = {
        "schema": SCHEMA,
        "source": plan.source,
        "settings": plan.settings,
        "versions": plan.versions,
        "scans": plan.scans,
        **tally.said(),
        "sha256": digest.hexdigest(),  # of the SHA-256 of each part's reports, a line each
    }
    with whole_file(plan.out / SUMMARY) as file:
        file.write(json.dumps(summary, indent=1, ensure_ascii=False).encode() + b"\n")


def reopen(parts: Parts) -> None:
    """Take the end of a batch back, with the parts that have something set aside."""
    (parts.plan.out / SUMMARY).unlink(missing_ok=True)
    for part in range(parts.plan.parts):
        if parts.done(part):
            parts.reopen(part)
