"""A service in which officers and searchers, simulated, decide scans of made-up shapes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from tests.xray_train import tiny
from xray import Detector, Report, Scan
from xray import read as read_scan
from xray.boxes import iou
from xray_app.cases import inspection, reading, register, schema
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.inspection import Looked
from xray_app.cases.opinions import Opinion, say
from xray_app.cases.queue import Queue
from xray_app.cases.register import NewView, Submission
from xray_app.cases.reports import read_report
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Level, Says, Verdict
from xray_app.exchange.reviews import as_coco
from xray_app.inspectors import bare
from xray_train.item import Item

MB = 2**20
# Two of the shapes may be the same to the pixel, and such cases are for supervisors.
OFFICERS = tuple(Officer(f"officer {k}", Level.SUPERVISOR) for k in range(5))


@dataclass
class Clock:
    """Every look takes a while."""

    now: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=3)
        return self.now


@dataclass
class Bureau:
    """A database of cases, and people who see what is there."""

    folder: Path
    detector: Detector
    clock: Clock = field(default_factory=Clock)
    drawn: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.folder / 'cases.sqlite3'}")
        schema.upgrade(self.database)
        self.contents = Contents(self.folder / "contents")
        self.queue = Queue(self.database, self.clock, Rules(max_waiting=10**6))

    def handle(self, item: Item, number: int, search: bool) -> None:
        """One scan from its arrival to its end."""
        data = cv2.imencode(".png", item.planes[..., ::-1])[1].tobytes()
        view = NewView(self.contents.stage(data, "bag.png", MB), "bag.png")
        sent = Submission((view,), "gate 1", consignment=f"consignment {number}")
        register.register(self.database, self.contents, sent, self.clock(), self.queue.rules)
        self._inspect(read_scan(data))
        officer = OFFICERS[number % len(OFFICERS)]
        case = self.queue.take(officer)
        assert case is not None
        with self.database.read() as connection:
            report = read_report(reading.reports(connection, case.id)[0])
        for said in self._opinions(item, report):
            say(self.queue, case.id, case.version, officer, said)
        verdict = Verdict.SEARCH if search else Verdict.CLEAR
        case = decide(self.queue, case.id, case.version, officer, Decision(verdict, "odd"))
        if search:
            gun = 0 in item.labels
            result = SearchResult(gun, ("gun",) if gun else ())
            asked = (self.queue, self.contents, case.id, case.version, "searcher", result)
            record_search(*asked)

    def export(self, out: Path) -> Path:
        as_coco(self.database, self.contents, out, bare.written)
        self.database.dispose()
        return out

    def _inspect(self, scan: Scan) -> None:
        case = inspection.claim(self.database, self.clock())
        assert case is not None
        report = self.detector.inspect(scan).to_dict()
        size = {"width_px": scan.width, "height_px": scan.height, "encoding": str(scan.encoding)}
        looked = [Looked(0, report, **size)]
        asked = (self.database, self.contents, case, looked, self.clock(), self.queue.rules)
        inspection.record(*asked, lambda: 0.0)

    def _opinions(self, item: Item, report: Report) -> Iterator[Opinion]:
        """What somebody says who sees everything that is there."""
        names = tiny.recipe().labels
        missed = set(range(len(item.labels)))
        for number, found in enumerate(report.detections, start=1):
            overlap = iou(np.array([found.xyxy_px], np.float32), item.xyxy_px)[0]
            right = [
                k for k in missed if overlap[k] >= 0.5 and names[item.labels[k]] == found.label
            ]
            yield Opinion(0, Says.CONFIRMED if right else Says.REJECTED, finding=number)
            missed -= set(right)
        for k in sorted(missed):
            x1, y1, x2, y2 = map(float, item.xyxy_px[k])
            known = f"{next(self.drawn):032x}"
            label = names[item.labels[k]]
            yield Opinion(0, Says.DRAWN, drawn=known, label=label, xyxy_px=(x1, y1, x2, y2))
