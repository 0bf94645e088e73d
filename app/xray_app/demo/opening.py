"""How a demo begins: in a folder of its own, with people who need no password, and a queue."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from xray.errors import RecipeError
from xray_app.cases import register, tables
from xray_app.cases.register import NewView, Submission
from xray_app.cases.states import Kind
from xray_app.demo.people import PERSONAS
from xray_app.demo.samples import Sample, samples
from xray_app.service import Service
from xray_app.settings import PREFIX, Settings

BY = "demo"  # who brought the samples in, as the audit chain calls it
APART = timedelta(seconds=97)  # between two samples, so that the queue has ages
OUTSIDE = (  # settings by which a service talks to somebody, or lets them in
    *("watch_dir", "webhook_url", "clearance_url", "oidc_issuer", "names"),
    *("dicos_port", "dicos_reports_to"),
)


def own(settings: Settings, folder: Path) -> Settings:
    """The settings of a demo whose cases lie in this folder.

    Raises:
        RecipeError: they name a real database, or somebody to talk to.
    """
    if settings.database_url or settings.data_dir != Settings.data_dir:
        raise RecipeError(
            "--demo keeps its cases in a folder that goes when it ends, and touches no real ones; "
            f"unset {PREFIX}DATABASE_URL and {PREFIX}DATA_DIR, or leave --demo out"
        )
    talks = [f"{PREFIX}{name.upper()}" for name in OUTSIDE if getattr(settings, name)]
    if talks:
        raise RecipeError(f"--demo talks to nobody; unset {', '.join(talks)}")
    return replace(settings, data_dir=folder)


def open_on(service: Service) -> None:
    """Make the demo's people and its queue.

    Raises:
        RecipeError: the database has people or cases already, so that it is no demo's.
        DataError: the samples cannot be read.
    """
    _check_empty(service)
    for one in PERSONAS:
        service.people.add_outside(BY, one.name, one.role)
    shown = samples()
    first = service.now - APART * len(shown)
    for number, sample in enumerate(shown):
        _bring(service, sample, first + APART * number)


def _check_empty(service: Service) -> None:
    with service.database.read() as connection:
        for table, key in ((tables.users, "name"), (tables.cases, "id")):
            if connection.execute(select(table.c[key]).limit(1)).first():
                raise RecipeError(
                    f"{service.settings.data_dir}: holds real {table.name}; a demo needs a "
                    "database of its own"
                )


def _bring(service: Service, sample: Sample, at: datetime) -> None:
    sent = Submission(
        views=tuple(_staged(service, sample, name, file) for name, file in sample.views),
        submitted_by=BY,
        kind=Kind.DEMO,
        scanner=sample.scanner,
        lane=sample.lane,
        container=sample.container,
        consignment=sample.consignment,
        declaration=dict(sample.declaration),
    )
    register.register(service.database, service.contents, sent, at, service.queue.rules)


def _staged(service: Service, sample: Sample, name: str, file: Path) -> NewView:
    with file.open("rb") as opened:
        content = service.contents.stage(opened, file.name, service.settings.max_upload_bytes)
    return NewView(content, file.name, name=name or None, pixel_mm=sample.pixel_mm)
