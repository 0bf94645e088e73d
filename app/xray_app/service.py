"""One running service: its database, its contents, its people, and what inspects."""

import fcntl
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from xray.card import verified_bytes
from xray.clearance import read as read_rule
from xray.detector import available
from xray.errors import ModelError, RecipeError
from xray_app.access.keys import Keys
from xray_app.access.oidc import Provider
from xray_app.access.passwords import Passwords
from xray_app.access.people import People
from xray_app.cases import installation, schema
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.pace import Pace
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Rules
from xray_app.cases.states import Kind, Target
from xray_app.inspectors.dispatch import Dispatch
from xray_app.inspectors.pool import Limits, Pool
from xray_app.intake import usual
from xray_app.settings import CALIBRATION, Settings

log = logging.getLogger("xray_app.service")


@dataclass(frozen=True)
class Service:
    """Everything that the handlers of a request need."""

    settings: Settings
    database: Database
    contents: Contents
    queue: Queue
    people: People
    keys: Keys
    pool: Pool
    dispatch: Dispatch
    oidc: Provider | None = None

    @property
    def now(self) -> datetime:
        """The moment, by the service's own clock."""
        return self.queue.clock()

    def pair(self) -> None:
        """Before contents are used: see to it that they are this database's.

        Raises:
            RecipeError: they are another's.
        """
        installation.pair(self.database, self.contents)

    def start(self) -> None:
        """Clear away what a crash left and begin to inspect.

        Raises:
            RecipeError: the contents are another database's, or newer than it.
        """
        self.pair()
        with self.database.write() as connection:
            aside = self.contents.sweep(connection)
        if aside:
            log.warning("%d files that no case names were set aside in quarantine", aside)
        self.dispatch.start()

    def stop(self) -> None:
        """End in order: cases in flight go back to the queue."""
        self.dispatch.stop()
        self.database.dispose()


def utc_now() -> datetime:
    """The clock of a service that is not under test."""
    return datetime.now(UTC)


def build(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
) -> Service:
    """A service over the database that the settings name; where that is empty, its tables are made.

    Raises:
        RecipeError: the database's address cannot be read.
        CaseError: its tables are older than this version, or newer.
        ModelError: the calibration file cannot be read.
    """
    private_folder(settings.data_dir)
    database = Database(settings.url)
    schema.make(database)
    rules = Rules(
        lease=timedelta(minutes=settings.lease_minutes),
        max_waiting=settings.max_waiting,
        longest_wait=timedelta(seconds=settings.max_wait_seconds),
        pace=Pace(settings.workers),
        clear_by_machine=settings.clear_by_machine,
        human_share=settings.human_share,
        keep=timedelta(days=settings.retention_days) if settings.retention_days else None,
        tells=_told(settings),
        only=Kind.DEMO if settings.demo else None,
    )
    contents = Contents(settings.data_dir / "contents")
    queue = Queue(database, clock, rules)
    pool = _pool(settings)
    return Service(
        settings=settings,
        database=database,
        contents=contents,
        queue=queue,
        people=People(database, clock, passwords or Passwords()),
        keys=Keys(database, clock),
        pool=pool,
        dispatch=Dispatch(queue, contents, pool),
        oidc=Provider.of(settings, clock),
    )


def _told(settings: Settings) -> frozenset[Target]:
    told = {Target.WEBHOOK: settings.webhook_url, Target.DICOS: settings.dicos_reports_to}
    told[Target.CLEARANCE] = settings.clearance_url
    return frozenset(target for target, where in told.items() if where)


def private_folder(folder: Path) -> None:
    """Make it, for this user alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def keep_model(settings: Settings) -> Path | None:
    """Keep the weights by their hash, so that old reports can be made again; None: there are none.

    The file is what `xray.Detector` would load; whether it can is found out by who inspects.

    Raises:
        ModelError: it is not what is shipped under its name.
    """
    name = settings.model or usual()
    file = available().get(name, Path(name))
    if not file.is_file():
        return None
    return _keep(settings, file, ".onnx")


def keep_calibration(settings: Settings) -> Path | None:
    """Keep the calibration file by its hash, as the weights; None: none is set.

    Raises:
        ModelError: it is missing, or is none.
    """
    if settings.calibration_file is None:
        return None
    read_rule(settings.calibration_file)
    return _keep(settings, Path(settings.calibration_file), CALIBRATION)


def _pool(settings: Settings) -> Pool:
    """The inspecting processes. Each loads the files as they are kept, so that one that begins
    later loads the very same, whatever is in their place by then, or nothing. Where no weights are,
    it loads what the settings name: who inspects says why it cannot be.
    """
    calibration = keep_calibration(settings)
    try:
        model = keep_model(settings)
    except ModelError:
        model = None
    kept = [file for file in (model, calibration) if file]
    return Pool(
        settings.workers,
        str(model) if model else settings.model,
        Limits(settings.inspect_seconds, settings.inspect_memory_mb),
        str(calibration) if calibration else None,
        settings.log_form,
        {str(file): file.name.partition(".")[0] for file in kept},  # a name begins with the hash
    )


def _keep(settings: Settings, file: Path, ending: str) -> Path:
    data, sha256 = verified_bytes(file)
    place = settings.models_dir / f"{sha256}{ending}"
    try:
        verified_bytes(place, sha256)
    except ModelError:  # not there yet, or no longer what it was
        private_folder(settings.models_dir)
        unfinished = place.with_suffix(".part")
        unfinished.write_bytes(data)
        unfinished.replace(place)
    return place


def only_one(folder: Path) -> BinaryIO:
    """Hold a folder for this process until the answer is closed, or the process ends.

    Raises:
        RecipeError: another process holds it.
    """
    private_folder(folder)
    handle = (folder / "service.lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise RecipeError(
            f"another service uses {os.fspath(folder)}; end it, or choose another XRAY_DATA_DIR"
        ) from None
    return handle
