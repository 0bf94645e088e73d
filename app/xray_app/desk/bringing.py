"""What an officer uploads becomes a case, whose report they wait for."""

import time
from pathlib import Path

from xray_app.cases import outage, register
from xray_app.cases.case import Case, load
from xray_app.cases.contents import Staged, discard
from xray_app.cases.register import NewView, Submission
from xray_app.cases.states import State
from xray_app.service import Service
from xray_app.uploads import discard as discard_upload

REPORT_WITHIN_S = 60.0  # by then the page shows the case without
BETWEEN_S = 0.1


def case_of(service: Service, officer: str, files: tuple[Path, ...]) -> Case:
    """Keep an uploaded file, or a low and high pair, as a case. The files are gone afterwards.

    Raises:
        XrayError: they cannot be kept, or too much waits.
    """
    try:
        case = _registered(service, officer, files)
    finally:
        for file in files:
            discard_upload(file)
    service.dispatch.wake()
    return case


def wait_for_report(service: Service, case_id: str) -> None:
    """Until a case has been inspected, or time or database is gone."""
    ends = time.monotonic() + REPORT_WITHIN_S
    with outage.forgiven("how far an upload is could not be read"):
        while time.monotonic() < ends:
            with service.database.read() as connection:
                if load(connection, case_id).state not in (State.RECEIVED, State.INSPECTING):
                    return
            time.sleep(BETWEEN_S)


def _registered(service: Service, officer: str, files: tuple[Path, ...]) -> Case:
    staged = list[Staged]()
    try:
        for path in files:
            with path.open("rb") as file:
                most = service.settings.max_upload_bytes
                staged.append(service.contents.stage(file, path.name, most))
    except BaseException:
        discard(*staged)
        raise
    pair = (staged[1], files[1].name) if len(staged) > 1 else (None, None)
    new = NewView(staged[0], files[0].name, *pair)
    sent = Submission((new,), officer, scanner="desk")
    rules = service.queue.rules
    return register.register(service.database, service.contents, sent, service.now, rules).case
