"""Feeds the inspecting processes with the cases that wait, oldest first."""

import logging
import random
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from xray_app import logs
from xray_app.cases import inspection, outage, outbox, profiles
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents, Staged, discard
from xray_app.cases.errors import Conflict
from xray_app.cases.inspection import Looked
from xray_app.cases.queue import Queue
from xray_app.cases.retention import empty_old
from xray_app.inspectors.pool import Inspecting, Pool
from xray_app.inspectors.process import BrokeOff
from xray_app.tallies import Histogram

IDLE_SECONDS = 0.5  # between looks when nobody wakes us
AFTER_FAILURE_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0  # a full disk is no more urgent to try than this
MOST_UNCOUNTED = 4  # tries of a case that the machine broke off, before one counts
SWEEP_SECONDS = 15.0  # between looks for leases that ran out
MAX_PICTURE_BYTES = 2**30
# From a picture on an idle machine to a shift's jam.
SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14_400.0)
CHANGED = "The file of this scan is missing, or was changed on the disk since it came in."

log = logging.getLogger("xray_app.dispatch")


class Dispatch:
    """One thread for each inspecting process, and one that sweeps the queue.

    Args:
        queue: the queue, for its database, clock and rules.
        contents: where the scans lie.
        pool: the inspecting processes.
    """

    def __init__(self, queue: Queue, contents: Contents, pool: Pool) -> None:
        self._queue = queue
        self._contents = contents
        self._pool = pool
        self.seconds = Histogram(SECONDS)  # from a case's arrival until it was inspected
        self._claiming = threading.Lock()
        self._inspecting: set[str] = set()  # cases that our own threads have
        self._uncounted: set[str] = set()  # cases whose try the machine broke off, not they
        self._spared = Counter[str]()  # such tries of a case since one counted
        self._rest_s, self._rests_until = 0.0, 0.0  # nothing is claimed until then, by `monotonic`
        self._stopping = threading.Event()
        self._woken = threading.Condition()
        self._draw = random.SystemRandom().random
        self._threads = [threading.Thread(target=self._work, name="inspect") for _ in pool.all]
        self._threads.append(threading.Thread(target=self._sweep, name="sweep"))

    def start(self) -> None:
        """Give back what an earlier run left in inspection, and begin."""
        self.recover()
        for thread in self._threads:
            thread.start()

    def recover(self) -> None:
        """Give back cases that are in inspection with nobody: of an earlier run, or of a thread
        that could not say how it ended because the database or the disk was away.
        """
        with self._claiming:
            still = frozenset(self._inspecting)
            left = inspection.recover(
                *(self._queue.database, self._now(), self._queue.rules),
                still=still,
                uncounted=frozenset(self._uncounted),
            )
            self._uncounted &= still
        if left:
            log.warning("%d cases were in inspection with nobody; they go again", left)

    def wake(self) -> None:
        """Something new waits."""
        with self._woken:
            self._woken.notify()

    def stop(self) -> None:
        """End; cases in flight go back to be inspected by the next run."""
        self._stopping.set()
        self._pool.close()
        with self._woken:
            self._woken.notify_all()
        for thread in self._threads:
            thread.join()

    def _now(self) -> datetime:
        return self._queue.clock()

    def _work(self) -> None:
        begun = False
        while not self._stopping.is_set():
            try:
                since = monotonic()
                with self._pool.lend() as process:
                    if not begun:
                        with suppress(BrokeOff):
                            process.start()  # so that it is known whether the weights load
                        begun = True
                        continue
                    case = self.claim()
                    if case is not None:
                        self.inspect(case, process, since)
                        continue
                with self._woken:
                    self._woken.wait(IDLE_SECONDS)
            except Exception:  # a database that is away must not end the service
                log.exception("inspecting failed; trying again")
                self._stopping.wait(AFTER_FAILURE_SECONDS)

    def claim(self) -> Case | None:
        """The next case to inspect; None: nothing waits, or the machine was at fault just now."""
        with self._claiming:
            if monotonic() < self._rests_until:
                return None
            case = inspection.claim(self._queue.database, self._now())
            if case is not None:
                self._inspecting.add(case.id)
            return case

    def inspect(self, case: Case, process: Inspecting, since: float | None = None) -> None:
        """Have a claimed case inspected and record what was seen.

        Args:
            since: when the wait for the process began, by `monotonic`; None: now.
        """
        with logs.doing(case=case.id):
            self._inspect(case, process, monotonic() if since is None else since)

    def _inspect(self, case: Case, process: Inspecting, since: float) -> None:
        database, rules = self._queue.database, self._queue.rules
        looked: list[Looked] = []
        try:
            with database.read() as connection:
                views = inspection.views_of(connection, case.id)
                in_force = profiles.in_force(connection)  # all views of a case by the same
            for view in views:
                looked.append(self._look(case, view, process, in_force))
            inspection.record(
                *(database, self._contents, case, looked, self._now(), rules, self._draw)
            )
            self._kept(case, monotonic() - since)
        except BrokeOff:
            inspection.give_back(
                *(database, case, self._now(), rules), counts=not self._stopping.is_set()
            )
        except Conflict as error:
            log.warning("a result came too late: %s", error)
        except (OSError, SQLAlchemyError) as error:
            if outage.passes(error):
                self._rest(case)
            raise  # given back by `recover`, once that can be written
        finally:
            self._inspecting.discard(case.id)
            discard(*(file for one in looked for file in one.files.values()))

    def _kept(self, case: Case, took_s: float) -> None:
        if self._queue.rules.pace is not None:
            self._queue.rules.pace.add(took_s)
        self.seconds.add(max(0.0, (self._now() - case.received_at).total_seconds()))
        with self._claiming:
            self._rest_s = 0.0
            self._spared.pop(case.id, None)

    def _rest(self, case: Case) -> None:
        """Claim nothing for a while, twice as long each time until an inspection is kept.

        The try of the case does not count, but for one in MOST_UNCOUNTED + 1: nothing tells a case
        that no database takes from a database that takes none, and it must not stay for ever.
        """
        with self._claiming:
            if monotonic() >= self._rests_until:  # else another inspection met the same just now
                self._rest_s = min(self._rest_s * 2 or AFTER_FAILURE_SECONDS, LONGEST_REST_SECONDS)
                self._rests_until = monotonic() + self._rest_s
            self._spared[case.id] += 1
            if self._spared[case.id] > MOST_UNCOUNTED:
                del self._spared[case.id]
            else:
                self._uncounted.add(case.id)

    def _look(
        self, case: Case, view: RowMapping, process: Inspecting, in_force: Mapping[str, Any]
    ) -> Looked:
        hashes = [view["sha256"]] + ([view["high_sha256"]] if view["high_sha256"] else [])
        if not all(map(self._contents.is_whole, hashes)):  # a report would seal what never came in
            return Looked(view["position"], problem=CHANGED)
        names = [view["file_name"], view["high_file_name"]][: len(hashes)]
        files = [str(self._contents.path(sha256)) for sha256 in hashes]
        said = {"view": view["name"], "pixel_mm": view["pixel_mm"], "scanner": case.scanner}
        said |= {"id": f"{case.id}/{view['position']}"}
        answer = process.ask(files, names, said, in_force)
        return Looked(
            view["position"],
            answer["report"],
            answer["problem"],
            self._stage(answer["picture"]),
            self._stage(answer["thumbnail"]),
            answer["width_px"] or None,
            answer["height_px"] or None,
            answer["encoding"],
            answer["pixel_mm"],
            answer["dicom"],
            self._stage(answer["planes"]),
            answer["pixels_sha256"],
        )

    def _stage(self, data: bytes | None) -> Staged | None:
        return self._contents.stage(data, "picture", MAX_PICTURE_BYTES) if data else None

    def _sweep(self) -> None:
        while not self._stopping.wait(SWEEP_SECONDS):
            try:
                self._queue.sweep()
                self.recover()
                outbox.tidy(self._queue.database, self._now(), self._queue.rules.tells)
            except Exception:
                log.exception("sweeping the queue failed; trying again")
            try:
                keep = self._queue.rules.keep
                if keep is not None:
                    empty_old(self._queue.database, self._contents, self._now(), keep)
            except Exception:
                log.exception("deleting old scans failed; trying again")
