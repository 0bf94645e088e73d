"""What `xray-app doctor` checks, and what to do where something is wrong."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from xray.clearance import read as read_rule
from xray.detector import Detector
from xray_app import addresses, service
from xray_app.access.errors import AccessError
from xray_app.access.oidc import Provider
from xray_app.cases import integrity, schema, tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database, is_there
from xray_app.cases.errors import CaseError
from xray_app.settings import Settings, is_loopback, weak_secret

USUAL = "parcel"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    what: str
    good: bool
    said: str


def examine(settings: Settings) -> list[Finding]:
    """Check everything; a check that fails in an unknown way is a bad finding, not an error."""
    checks: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
        ("data folder", _folder),
        ("model", _model),
        ("database", _database),
        ("network", _network),
        ("targets", _targets),
        ("sign-in provider", _sign_in),
    )
    findings: list[Finding] = []
    for what, check in checks:
        try:
            findings += check(settings)
        except Exception as error:  # whatever it is, the other checks are still worth making
            findings.append(Finding(what, False, f"{type(error).__name__}: {error}"))
    return findings


def _folder(settings: Settings) -> Iterator[Finding]:
    folder: Path = settings.data_dir
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    writable = os.access(there, os.W_OK | os.X_OK)
    said = f"{folder} can{'' if writable else 'not'} be {'written' if there == folder else 'made'}"
    yield Finding("data folder", writable, said)
    free = shutil.disk_usage(there).free
    wanted = settings.least_free_gb
    said = f"{free / 2**30:.1f} GiB free; XRAY_LEAST_FREE_GB wants {wanted:g} or more"
    yield Finding("disk", free >= wanted * 2**30, said)


def _model(settings: Settings) -> Iterator[Finding]:
    card = Detector(settings.model or USUAL).card
    yield Finding("model", True, f"{card.name} {card.version}")
    if settings.calibration_file:
        rule = read_rule(settings.calibration_file)
        said = f"holds for {rule.model} and the scanner {rule.scanner}"
        if rule.sha256 != card.sha256:
            said += f", not for this model file ({card.sha256[:12]}…): nothing is eligible; run "
            said += "xray-train calibrate with it"
        yield Finding("calibration", rule.sha256 == card.sha256, said)


def _database(settings: Settings) -> Iterator[Finding]:
    if not is_there(settings.url):
        said = "there is none yet; run: xray-app database upgrade, or put a copy back by "
        yield Finding("database", False, f"{said}xray-app database restore")
        return
    database = Database(settings.url)
    try:
        there, wanted = schema.current(database), schema.newest()
        try:
            schema.check(database)
        except CaseError as error:
            yield Finding("database", False, str(error))
            return
        yield Finding("database", True, f"revision {there}, this version needs {wanted}")
        with database.read() as connection:
            checked = integrity.verify(connection)
            hashes = connection.execute(select(tables.contents.c.sha256)).scalars().all()
        said = checked.problem or f"{checked.entries} entries hold"
        yield Finding("audit chain", checked.problem is None, said)
        folder = settings.data_dir / "contents"
        contents = Contents(folder) if folder.exists() else None
        lost = [one for one in hashes if contents is None or not contents.path(one).exists()]
        said = f"{len(hashes) - len(lost)} of {len(hashes)} files are there"
        yield Finding("contents", not lost, said)
    finally:
        database.dispose()


def _targets(settings: Settings) -> Iterator[Finding]:
    outgoing = addresses.Outgoing.of(settings)
    for setting, host in addresses.targets(settings).items():
        try:
            found = outgoing.addresses(host, addresses.PORTS["https"])
        except (addresses.NotAllowed, OSError, UnicodeError) as error:
            yield Finding(setting, False, str(error))
        else:
            yield Finding(setting, True, f"{host} may be called, at {', '.join(found)}")


def _sign_in(settings: Settings) -> Iterator[Finding]:
    provider = Provider.of(settings, service.utc_now)
    if provider is None:
        return
    if settings.oidc_client_secret and (wrong := weak_secret(settings.oidc_client_secret)):
        said = f"a warning: XRAY_OIDC_CLIENT_SECRET {wrong}; have the provider make another, if it "
        yield Finding("sign-in secret", True, f"{said}can")
    try:
        said = f"{provider.ask()['issuer']} answers"
    except (AccessError, addresses.NotAllowed) as error:
        yield Finding("sign-in provider", False, str(error))
    else:
        yield Finding("sign-in provider", True, said)


def _network(settings: Settings) -> Iterator[Finding]:
    alone = is_loopback(settings.host)
    said = "this machine alone" if alone else f"open on {settings.host}; put TLS in front of it"
    yield Finding("network", alone or settings.secure_cookies, said)
