"""Cases in every state, made by the functions that the service itself uses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from xray_app.cases import audit, inspection, register
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.inspection import Looked
from xray_app.cases.queue import Queue
from xray_app.cases.register import NewView, Registered, Submission
from xray_app.cases.rules import Officer, Rules

MB = 2**20
Now = Callable[[], datetime]
Older = Callable[..., AbstractContextManager[None]]
SEALED_ONCE = ("kind", "content_sha256", "same_as", "outcome", "state", "reports", "verdict")
SEALED_ONCE += ("intent", "sha256")  # what entries of older versions said


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def queue(database: Database, clock: Now, rules: Rules) -> Queue:
    return Queue(database, clock, rules)


@pytest.fixture
def submit(database: Database, contents: Contents, clock: Now) -> Callable[..., Registered]:
    """Registers a scan; its content is new each time unless it is said."""
    fresh = count()

    def submit(
        content: bytes | None = None, rules: Rules | None = None, **about: Any
    ) -> Registered:
        data = content if content is not None else f"scan {next(fresh)}".encode()
        view = NewView(contents.stage(data, "bag.png", MB), "bag.png")
        sent = Submission((view,), about.pop("submitted_by", "scanner 1"), **about)
        return register.register(database, contents, sent, clock(), rules or Rules())

    return submit


def report(outcome: str, score: float = 0.9, eligible: bool = False) -> dict[str, Any]:
    """As much of `xray.report/1` as the queue reads."""
    found = {"label": "gun", "score": score, "xyxy_px": [1.0, 2.0, 3.0, 4.0], "alarming": True}
    return {
        "model": {"name": "standin", "version": "1", "sha256": "ab" * 32},
        "outcome": outcome,
        "detections": [found] if outcome == "ALARM" else [],
        "clearance": {"eligible": eligible},
        "made_at": "2026-03-01T08:00:00+00:00",
    }


@pytest.fixture
def inspected(
    database: Database, contents: Contents, clock: Now, submit: Callable[..., Registered]
) -> Callable[..., Case]:
    """Submits a scan and records what a model is made to say of it."""

    def inspected(
        outcome: str = "ALARM",
        score: float = 0.9,
        eligible: bool = False,
        draw: float = 0.5,
        rules: Rules | None = None,
        pixels: str | None = None,
        **about: Any,
    ) -> Case:
        submit(**about)
        case = inspection.claim(database, clock())
        assert case is not None
        planes = contents.stage(b"planes of " + case.id.encode(), "planes", 99)
        seen: dict[str, Any] = {"width_px": 10, "height_px": 10, "pixels_sha256": pixels}
        said = Looked(0, report(outcome, score, eligible), planes=planes, **seen)
        return inspection.record(
            database, contents, case, [said], clock(), rules or Rules(), lambda: draw
        )

    return inspected


@pytest.fixture
def cut_off_by_the_machine(
    database: Database, clock: Now, submit: Callable[..., Registered]
) -> Callable[[], None]:
    """Submits a scan, of which every inspection breaks off."""

    def cut_off() -> None:
        submit()
        for _ in range(Rules().max_tries):
            claimed = inspection.claim(database, clock())
            assert claimed is not None
            inspection.give_back(database, claimed, clock(), Rules())

    return cut_off


@pytest.fixture
def case(queue: Queue, inspected: Callable[..., Case]) -> Case:
    """A case that kim holds."""
    inspected()
    taken = queue.take(Officer("kim"))
    assert taken is not None
    return taken


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Older:
    """For a while, entries of the audit chain say no more than what they are told to keep."""
    append: Any = audit.append

    @contextmanager
    def older(*kept: str) -> Iterator[None]:
        def said_less(*given: Any) -> audit.Entry:
            *who, said = given if isinstance(given[-1], dict) else (*given, {})
            return append(*who, {name: said[name] for name in kept if name in said})

        with monkeypatch.context() as patch:
            patch.setattr(audit, "append", said_less)
            yield

    return older
