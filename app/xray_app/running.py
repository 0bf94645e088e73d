"""A running service from the outside: its socket, its signals, its start and its end."""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xray.errors import MissingExtra, RecipeError
from xray_app import logs, memory, temporary_files
from xray_app.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from xray_app.cases.database import Database
    from xray_app.service import Service

NEEDED = ("gradio", "fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2")


def check_installed() -> None:
    """Stop where the extra is missing.

    Raises:
        MissingExtra: with the command that installs it.
    """
    if any(not find_spec(package) for package in NEEDED):
        raise MissingExtra("xray-app", "app")


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator["Service"]:
    """The service's parts, for a command beside it; nothing is started."""
    check_installed()
    from xray_app import service

    parts = service.build(settings)
    try:
        yield parts
    finally:
        parts.database.dispose()


@contextlib.contextmanager
def opened_database(settings: Settings) -> Iterator["Database"]:
    """The database as it stands, whichever version made it, for a command beside the service."""
    check_installed()
    from xray_app import service
    from xray_app.cases.database import Database

    service.private_folder(settings.data_dir)
    database = Database(settings.url)
    try:
        yield database
    finally:
        database.dispose()


def serve(settings: Settings) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    from xray_app import server
    from xray_app.demo import opening

    memory.share()
    logs.configure(settings.log_form)
    temporary_files.make(settings.data_dir)
    listening = _listen(settings)  # first: a taken port is known before the models are loaded
    with listening, server.private_folder() as temporary, contextlib.ExitStack() as until:
        address = _address(listening)
        if settings.demo:
            settings = opening.own(settings, Path(temporary) / "demo")
        service = until.enter_context(_started(settings, address))
        application = server.build(settings, Path(temporary), service)
        what = "Inspection desk" if settings.desk else "Inspection service"
        print(f"{what}: {address}   (Ctrl-C ends it)", flush=True)
        # uvicorn ends in order and then raises the signal again: leave through `with`, not at once
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(asgi(application)).run(sockets=[listening])


def asgi(application: "FastAPI") -> "uvicorn.Config":
    """How the application is served; uvicorn logs as all else does, and in no form of its own."""
    import uvicorn

    told: dict[str, Any] = {"log_config": None, "log_level": "warning"}
    return uvicorn.Config(application, timeout_graceful_shutdown=3, **told)


@contextlib.contextmanager
def _started(settings: Settings, address: str) -> Iterator["Service"]:
    from xray_app import service
    from xray_app.beside import beside
    from xray_app.cases import schema
    from xray_app.cases.alone import Alone
    from xray_app.cases.database import Database
    from xray_app.demo import opening
    from xray_app.rounds import Rounds

    def lost() -> None:
        os.kill(os.getpid(), signal.SIGTERM)  # in order: cases in flight go back to the queue

    with contextlib.ExitStack() as until:
        until.enter_context(service.only_one(settings.data_dir))
        temporary_files.clear(settings.data_dir)
        held = Database(settings.url)
        until.callback(held.dispose)
        alone = until.enter_context(Alone(held, lost))
        until.enter_context(Rounds("holding the database", alone.check))
        schema.upgrade(held)
        parts = service.build(settings)
        parts.pair()  # before anything is written into a database that may be the wrong one
        if settings.demo:
            opening.open_on(parts)
        secret = parts.people.invite_first()
        if secret:
            print(f"First run: make the manager's account at {address}/first-run?key={secret}")
            print("The link works once, within the hour.", flush=True)
        parts.start()
        until.callback(parts.stop)
        until.enter_context(beside(parts))
        until.callback(parts.dispatch.stop)  # first: an inspection must not wait for a target
        yield parts


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise RecipeError(
            f"cannot listen on {settings.host} port {settings.port} ({error.strerror or error}); "
            "pass another --port, 0 takes a free one"
        ) from None
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
