"""A desk in this process, which can be ended and begun again as a service is."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, expect

from xray_app import server
from xray_app import service as services
from xray_app.beside import beside
from xray_app.cases import inspection, register
from xray_app.cases.register import Submission
from xray_app.inspectors.dispatch import Dispatch
from xray_app.service import Service
from xray_app.settings import Settings

Begin = Callable[[int], tuple[Page, list[str]]]
PASSWORD = "correct horse battery"


class Desk:
    """A desk over the database of its settings, at the port that they name.

    Args:
        settings: of the service.
        listen: makes the socket, anew for each start.
        here: a pool of inspectors that is this process.
        passwords: what hashes them.
    """

    service: Service

    def __init__(self, settings: Settings, listen: Callable[[], Any], here: Any, passwords: Any):
        self.address = f"http://127.0.0.1:{settings.port}"
        self._settings, self._listen, self._here = settings, listen, here
        self._passwords, self._until = passwords, ExitStack()

    def start(self) -> None:
        """Begin, as after a crash: nothing is left of an earlier run but what lies on the disk."""
        built = services.build(self._settings, passwords=self._passwords)
        dispatch = Dispatch(built.queue, built.contents, self._here)
        self.service = replace(built, pool=self._here, dispatch=dispatch)
        self._until.callback(built.database.dispose)
        inbox: Path = self._settings.data_dir / "inbox"
        inbox.mkdir(exist_ok=True)
        app = server.build(self._settings, inbox, self.service)
        http = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        )
        serving = threading.Thread(target=http.run, kwargs={"sockets": [self._listen()]})
        self._until.enter_context(beside(self.service))
        self._until.callback(serving.join)
        self._until.callback(setattr, http, "should_exit", True)
        serving.start()

    def bring_in(self, sent: Submission) -> str:
        """Keep what a scanner sent, and have it inspected; its case."""
        service, now = self.service, self.service.now
        register.register(service.database, service.contents, sent, now, service.queue.rules)
        claimed = inspection.claim(service.database, now)
        assert claimed is not None
        service.dispatch.inspect(claimed, service.pool)  # type: ignore[arg-type]
        return claimed.id

    def stop(self) -> None:
        """End; browsers that are open find nobody."""
        self._until.close()


def standing(page: Page, case_id: str) -> None:
    """Waits until this case's picture stands and its keys are awake."""
    expect(page.locator("#desk-scan")).to_have_attribute("data-shown", case_id)
    expect(page.locator(".work .act.clear")).to_be_enabled()
