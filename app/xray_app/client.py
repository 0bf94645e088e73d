"""A typed client of the REST interface, for scanners and for systems beside it.

    with Client("http://127.0.0.1:7860", key) as client:
        case = client.submit("bag.png", about={"container": "CSQU3054383"})
        print(client.wait(case.id).outcome)

Where the service is full or its database away, a call waits as long as it was told to and asks
again; a scan is sent with a key of its own, so that asking again never makes a second case.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from xray.errors import XrayError
from xray.report import Outcome, Report
from xray_app.cases.reports import read_report
from xray_app.cases.states import Disposition, State

RETRY = frozenset({429, 503, 507})
TIMEOUT_S = 60.0
LONGEST_WAIT_S = 30.0  # between two tries


class ServiceError(XrayError):
    """The service refused, or could not be reached.

    Attributes:
        status: of the answer; 0 where none came.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Received:
    """A scan that is kept; `new` is False where the same scan was there already."""

    id: str
    state: State
    new: bool
    flags: tuple[str, ...]


@dataclass(frozen=True)
class CaseState:
    """What a sender mostly asks of a case; `all` holds the whole answer."""

    id: str
    state: State
    outcome: Outcome | None
    disposition: Disposition | None
    problem: str | None
    all: Mapping[str, Any]

    @staticmethod
    def of(said: Mapping[str, Any]) -> "CaseState":
        """From what the interface says of a case."""
        outcome, ended = said["outcome"], said["disposition"]
        return CaseState(
            said["id"],
            State(said["state"]),
            Outcome(outcome) if outcome else None,
            Disposition(ended) if ended else None,
            said["problem"],
            said,
        )


class Client:
    """One service, as a machine sees it. Deciding is for people: no key has a right to that.

    Args:
        address: http://HOST:PORT.
        key: the API key.
        patience_s: how long to go on asking where the service is full or away.
        transport, sleep: in place of the network and of waiting, for tests.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        patience_s: float = 120.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            headers={"authorization": f"Bearer {key}"},
            timeout=TIMEOUT_S,
            transport=transport,
        )
        self._patience_s = patience_s
        self._sleep = sleep

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def inspect(self, scan: str | Path, high: str | Path | None = None) -> Report:
        """What the model says of a scan; nothing is kept.

        Raises:
            ServiceError: it cannot be read, or the service refused.
        """
        parts = [("scan", scan)] + ([("high", high)] if high is not None else [])
        return read_report(self._send("/inspect", parts, {}, {}).json())

    def submit(
        self,
        *scans: str | Path,
        high: Sequence[str | Path] = (),
        about: Mapping[str, Any] | None = None,
        request_key: str | None = None,
    ) -> Received:
        """Have a scan kept as a case: one file for each view. On the disk when this returns.

        Args:
            scans: the views; the low energy, where `high` is given.
            high: the high energies, as many.
            about: what the scan is of, as the interface describes `About`.
            request_key: says that it is the same request, across restarts of the sender.

        Raises:
            ServiceError: the service refused, or stayed full for all our patience.
        """
        parts = [("scan", scan) for scan in scans] + [("high", one) for one in high]
        headers = {"idempotency-key": request_key or secrets.token_hex(16)}
        said = self._send("/scans", parts, {"about": json.dumps(dict(about or {}))}, headers).json()
        return Received(said["id"], State(said["state"]), said["new"], tuple(said["flags"]))

    def case(self, case_id: str) -> CaseState:
        """A case as it stands."""
        return CaseState.of(self._ask("GET", f"/cases/{case_id}").json())

    def cases(self, state: State | None = None, page: int = 50) -> Iterator[CaseState]:
        """Every case that this key may see, newest first; asked for a page at a time.

        Args:
            state: those alone that stand there.
            page: how many are asked for at once, 1 to 200.
        """
        asked: dict[str, str | int] = {"limit": page} | ({"state": state} if state else {})
        while True:
            said = self._ask("GET", "/cases", asked).json()
            yield from map(CaseState.of, said["cases"])
            if said["next"] is None:
                return
            asked["after"] = said["next"]

    def wait(self, case_id: str, every_s: float = 0.5) -> CaseState:
        """The case once it was inspected.

        Raises:
            ServiceError: it was not within our patience.
        """
        ends = time.monotonic() + self._patience_s
        while time.monotonic() < ends:
            case = self.case(case_id)
            if case.state not in (State.RECEIVED, State.INSPECTING):
                return case
            self._sleep(every_s)
        raise ServiceError(0, f"case {case_id} was not inspected in {self._patience_s:.0f} s")

    def report(self, case_id: str, view: int = 0) -> Report:
        """What the model says of a view."""
        return read_report(self._ask("GET", f"/cases/{case_id}/report?view={view}").json())

    def tdr(self, case_id: str, view: int = 0) -> bytes:
        """The same as a DICOS threat detection report, a file's bytes."""
        return self._ask("GET", f"/cases/{case_id}/report?view={view}&format=tdr").content

    def image(self, case_id: str, view: int = 0) -> bytes:
        """A view in pseudo-colour, a JPEG's bytes."""
        return self._ask("GET", f"/cases/{case_id}/image?view={view}").content

    def _send(
        self,
        path: str,
        parts: Sequence[tuple[str, str | Path]],
        data: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> httpx.Response:
        def again() -> httpx.Response:
            with ExitStack() as until:
                files = [
                    (name, (Path(file).name, until.enter_context(Path(file).open("rb"))))
                    for name, file in parts
                ]
                return self._http.post(path, files=files, data=dict(data), headers=headers)

        return self._patiently(again)

    def _ask(
        self, method: str, path: str, asked: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        return self._patiently(lambda: self._http.request(method, path, params=asked))

    def _patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        ends, wait = time.monotonic() + self._patience_s, 0.5
        while True:
            try:
                answer = ask()
                if answer.is_success:
                    return answer
                problem = ServiceError(answer.status_code, _sentence(answer))
                wait = float(answer.headers.get("retry-after", wait))
                if answer.status_code not in RETRY:
                    raise problem
            except httpx.TransportError as error:
                problem = ServiceError(0, f"{self._http.base_url} cannot be reached: {error}")
            wait = min(wait, LONGEST_WAIT_S)
            if time.monotonic() + wait >= ends:
                raise problem
            self._sleep(wait)
            wait *= 2


def _sentence(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
