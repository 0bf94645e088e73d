"""The results of a batch, part by part: each is written as soon as its shards are done.

Of a part, `reports/` holds the canonical reports and `parts/` what was set aside and, written
last, the counts: a part that has its counts is done, and what was in its shards is held by it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from xray.batch.files import placed, whole_file
from xray.batch.folder import PARTS, REPORTS
from xray.batch.ledger import Ledger
from xray.batch.plan import Plan
from xray.batch.tables import GROUP, Format, Row, canonical, opened, texts


class Parts:
    """The parts of a batch.

    Args:
        plan: of the batch.
        format: of the reports.
    """

    def __init__(self, plan: Plan, format: Format) -> None:
        self.plan, self._format = plan, format

    def done(self, part: int) -> bool:
        """Whether the results of a part are there."""
        return self._counts(part).exists()

    def write(self, part: int) -> None:
        """Write the results of a part from its shards, and drop them."""
        ledger, tally, digest = Ledger(self.plan), Tally(), hashlib.sha256()
        (self.plan.out / REPORTS).mkdir(exist_ok=True)
        with whole_file(self.aside(part)) as aside:

            def reports() -> Iterator[Row]:
                for line in ledger.lines(part):
                    tally.add(line.get("report"))
                    report = line.get("report")
                    if report is None:
                        aside.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                        continue
                    text = canonical(report)
                    digest.update(text.encode() + b"\n")
                    yield line["id"], report, text

            rows = reports()
            with placed(self._reports(part)) as path, opened(path, self._format) as sink:
                while group := list(islice(rows, GROUP)):
                    sink(group)
        with whole_file(self._counts(part)) as file:
            said = {"counts": tally.counts, "sha256": digest.hexdigest()}
            file.write(json.dumps(said, sort_keys=True).encode() + b"\n")
        ledger.drop(part)

    def read(self) -> Iterator[tuple["Tally", str]]:
        """The counts of each part, and the SHA-256 of its reports' texts, a line each."""
        for part in range(self.plan.parts):
            said = json.loads(self._counts(part).read_text(encoding="utf-8"))
            yield Tally(said["counts"]), said["sha256"]

    def aside(self, part: int) -> Path:
        """The file of what was set aside."""
        return self.plan.out / PARTS / f"{part:05}.jsonl"

    def reopen(self, part: int) -> None:
        """Put a part that has something set aside back into its shards."""
        if not self.aside(part).stat().st_size:
            return
        ledger, reports = Ledger(self.plan), texts(self._reports(part), self._format)
        ledger.drop(part)  # of what was left there when it was written
        with self.aside(part).open(encoding="utf-8", newline="\n") as lines:
            ahead = next(lines, None)
            for shard in self.plan.work(part):
                kept = []
                for item in shard.items:
                    if ahead is not None and json.loads(ahead)["id"] == item.id:
                        kept.append(ahead.removesuffix("\n"))
                        ahead = next(lines, None)
                    else:
                        kept.append(f'{{"id":{json.dumps(item.id)},"report":{next(reports)}}}')
                ledger.write(shard.number, kept)
        self._counts(part).unlink()

    def _counts(self, part: int) -> Path:
        return self.plan.out / PARTS / f"{part:05}.json"

    def _reports(self, part: int) -> Path:
        return self.plan.out / REPORTS / f"{part:05}.{self._format}"


class Tally:
    """Counts for the summary.

    Args:
        counts: of a part, as another tally has them.
    """

    def __init__(self, counts: dict[str, Any] | None = None) -> None:
        names = ("set_aside", "outcomes", "found", "alarming", "scans")
        self.counts = {name: Counter[str]((counts or {}).get(name, {})) for name in names}

    def add(self, report: dict[str, Any] | None) -> None:
        """One more scan; None: it was set aside."""
        if report is None:
            self.counts["set_aside"][""] += 1
            return
        labels = [d["label"] for d in report["detections"]]
        self.counts["outcomes"][report["outcome"]] += 1
        self.counts["found"].update(labels)
        self.counts["alarming"].update(d["label"] for d in report["detections"] if d["alarming"])
        self.counts["scans"].update(set(labels))

    def __iadd__(self, other: "Tally") -> "Tally":
        for name, counts in other.counts.items():
            self.counts[name].update(counts)
        return self

    def said(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "inspected": self.counts["outcomes"].total(),
            "set_aside": self.counts["set_aside"].total(),
            "outcomes": dict(sorted(self.counts["outcomes"].items())),
            "labels": {
                label: {name: self.counts[name][label] for name in ("found", "alarming", "scans")}
                for label in sorted(self.counts["found"])
            },
        }
