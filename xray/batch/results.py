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
from xray.batch.folder import ASIDE, SUMMARY
from xray.batch.parts import Parts, Tally
from xray.batch.plan import Plan
from xray.errors import DataError

SCHEMA = "xray.batch.summary/2"


def done(plan: Plan) -> bool:
    """Whether a batch is done.

    Raises:
        DataError: what stands in the place of its summary is none, or that of another batch.
    """
    path = plan.out / SUMMARY
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except ValueError:
        said = None
    its = said if isinstance(said, dict) else {}
    if (its.get("schema"), its.get("source")) != (SCHEMA, plan.source):
        raise DataError(
            f"{path}: expected the summary of this batch, with schema {SCHEMA} and source "
            f"{plan.source}; move it away and run the same command again"
        )
    return True


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
