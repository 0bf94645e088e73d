"""What the service is told when it starts, and which combinations are refused.

Every setting can be given by the environment, as XRAY_ and its name in capitals; an option of the
command wins. `docs/settings.md` holds the table that `table` writes.
"""

import difflib
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from xray.errors import RecipeError
from xray_app.logs import check_form

PREFIX = "XRAY_"
NOT_SETTINGS = {"XRAY_REAL_SCANS"}  # where tests find real scans
ALIKE = 0.75  # of difflib: PROT and PORT are
LEAST_SECRET = 32  # letters: no shorter one is worth signing with
LEAST_LETTERS = 8  # different ones: 32 random hex digits have fewer once in 28 million times
MOST_VIEWS_MB = 1300  # 8 views of a 16-bit container scan at two energies are 1224
FORM_BYTES = 2**20  # of a request, beside its files
MOST_DAYS = 36_500  # 100 years: more is a slip of the finger
LEAST_MEMORY_MB = 1024  # with 256 an inspecting process cannot start, with 512 it does
POSITIVE = (
    *("workers", "inspect_seconds", "max_waiting", "max_wait_seconds"),
    *("lease_minutes", "max_upload_mb"),
)
CALIBRATION = ".clearance.json"  # how the names of kept calibration files end, beside the weights
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True)
class Settings:
    """The settings of one running service; `table` says what each is for.

    Raises:
        RecipeError: a value cannot be, or two do not go together.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    demo: bool = False
    desk: bool = True
    model: str | None = None
    names: tuple[str, ...] = ()
    open_network: bool = False
    max_upload_mb: int = 200  # a 16-bit container scan of 10000×4000 at two energies is 153
    max_request_mb: int = 0  # 0: MOST_VIEWS_MB, or one file where that is larger
    log: str | None = None
    data_dir: Path = Path("xray-cases")
    database_url: str | None = None
    workers: int = 1
    inspect_seconds: float = 120.0
    inspect_memory_mb: int = 12_288
    least_free_gb: float = 5.0  # a day of scans at 50 KB takes less, a container scan 0.15
    max_waiting: int = 200
    max_wait_seconds: float = 30.0
    lease_minutes: float = 5.0
    calibration_file: str | None = None
    clear_by_machine: bool = False
    human_share: float = 0.05
    retention_days: int = 0
    secure_cookies: bool = False
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_address: str | None = None
    oidc_claim: str = "sub"
    watch_dir: str | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    clearance_url: str | None = None
    clearance_key: str | None = None
    outgoing_hosts: tuple[str, ...] = ()
    dicos_port: int = 0
    dicos_host: str = "127.0.0.1"
    dicos_title: str = "XRAY"
    dicos_senders: tuple[str, ...] = ()
    dicos_reports_to: str | None = None
    dicos_certificate: str | None = None
    dicos_key: str | None = None
    dicos_authority: str | None = None

    def __post_init__(self) -> None:
        self._check_ranges()
        self._check_sizes()
        if is_loopback(self.host):
            return
        if self.demo:
            raise RecipeError("--demo asks nobody to sign in and listens on loopback alone")
        if not self.open_network:
            raise RecipeError(
                f"--host {self.host} lets everyone on the network reach the service; "
                "pass --open-network if that is wanted, or leave --host out"
            )

    def _check_ranges(self) -> None:
        check_form(self.log_form)
        for name, port in (("--port", self.port), ("XRAY_DICOS_PORT", self.dicos_port)):
            if not 0 <= port <= 65_535:
                raise RecipeError(f"{name} must lie in 0..65535, got {port}")
        if not 0 < self.human_share <= 1:  # with none, nobody learns what the machine lets through
            raise RecipeError(
                f"XRAY_HUMAN_SHARE must lie over 0 and be 1 at most, got {self.human_share}"
            )
        for name in POSITIVE:
            if not 0 < getattr(self, name) < math.inf:
                raise RecipeError(
                    f"{PREFIX}{name.upper()} must lie over 0, got {getattr(self, name)}"
                )
        if self.inspect_memory_mb < LEAST_MEMORY_MB:
            raise RecipeError(
                f"XRAY_INSPECT_MEMORY_MB must be {LEAST_MEMORY_MB} or more, "
                f"got {self.inspect_memory_mb}"
            )
        if not 0 <= self.least_free_gb < math.inf:
            raise RecipeError(f"XRAY_LEAST_FREE_GB must be 0 or more, got {self.least_free_gb}")
        if not 0 <= self.retention_days <= MOST_DAYS:
            raise RecipeError(
                f"XRAY_RETENTION_DAYS must lie in 0..{MOST_DAYS}, got {self.retention_days}; "
                "0 keeps scans for ever"
            )
        if self.clear_by_machine and not self.calibration_file:
            raise RecipeError(
                "XRAY_CLEAR_BY_MACHINE needs XRAY_CALIBRATION_FILE: without what xray-train "
                "calibrate writes, no scan may be cleared without an officer"
            )
        self._check_secrets()

    def _check_sizes(self) -> None:
        if self.max_request_mb and self.max_request_mb < self.max_upload_mb:
            raise RecipeError(
                f"XRAY_MAX_REQUEST_MB must be XRAY_MAX_UPLOAD_MB ({self.max_upload_mb}) or more, "
                f"got {self.max_request_mb}"
            )

    def _check_secrets(self) -> None:
        if self.clearance_url and not self.clearance_key:
            raise RecipeError("XRAY_CLEARANCE_URL needs XRAY_CLEARANCE_KEY")
        # Ours to make. What a provider made is as long as it likes: `doctor` warns of it.
        if self.webhook_url and (wrong := weak_secret(self.webhook_secret or "")):
            instead = "take what `openssl rand -hex 32` prints"
            raise RecipeError(f"XRAY_WEBHOOK_SECRET {wrong}: {instead}")

    @staticmethod
    def read(environment: Mapping[str, str], **given: Any) -> "Settings":
        """Settings from the environment; what is given and not None wins.

        Raises:
            RecipeError: a variable cannot be read, or its name is misspelt.
        """
        known = {f"{PREFIX}{f.name.upper()}": f for f in fields(Settings)}
        values: dict[str, Any] = {}
        for name, text in environment.items():
            if name in known:
                values[known[name].name] = _value(name, known[name], text)
            elif name.startswith(PREFIX) and name not in NOT_SETTINGS:
                # Others may begin so too: only what looks misspelt is refused.
                meant = [other.removeprefix(PREFIX) for other in known]
                close = difflib.get_close_matches(name.removeprefix(PREFIX), meant, 1, ALIKE)
                if close:
                    raise RecipeError(
                        f"{name}: there is no such setting; did you mean {PREFIX}{close[0]}?"
                    )
        return Settings(**values | {k: v for k, v in given.items() if v is not None})

    @property
    def max_upload_bytes(self) -> int:
        """Largest file that is taken."""
        return self.max_upload_mb * 2**20

    @property
    def max_request_bytes(self) -> int:
        """Largest request that is taken: its files together, and the rest of the form."""
        together_mb = self.max_request_mb or max(MOST_VIEWS_MB, self.max_upload_mb)
        return together_mb * 2**20 + FORM_BYTES

    @property
    def log_form(self) -> str:
        """How the service logs."""
        return self.log or ("text" if self.demo else "json")

    @property
    def signing_key(self) -> Path:
        """The key that signs dossiers."""
        return self.data_dir / "dossier.key"

    @property
    def models_dir(self) -> Path:
        """Where weights are kept by their hash."""
        return self.data_dir / "models"

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.data_dir / 'cases.sqlite3'}"


SAYS: Mapping[str, str] = {
    "host": "Address to listen on.",
    "port": "TCP port; 0 takes a free one.",
    "demo": "Open on sample scans in a folder of its own; nobody signs in. Loopback only.",
    "desk": "Serve the officers' page; without it, the service starts faster.",
    "model": "Name or path of the weights; unset: `parcel`.",
    "names": "Further names that browsers may call the service by, with commas between.",
    "open_network": "Listening on other than this machine's own loopback is wanted.",
    "max_upload_mb": "Largest file, in MiB.",
    "max_request_mb": "All files of a request together, in MiB; 0: 1300, or "
    "`XRAY_MAX_UPLOAD_MB` where that is more.",
    "log": "`json`: a line each, without personal data; `text`: for eyes; unset: `json`, and "
    "`text` in a demo.",
    "data_dir": "Folder of the database, the scans and the keys; ours alone.",
    "database_url": "Database in place of SQLite in the data folder: `postgresql://USER:PASSWORD@HOST/NAME`.",
    "workers": "Processes that read and inspect scans.",
    "inspect_seconds": "Longest time for one view, then its process is killed.",
    "inspect_memory_mb": "Address space of such a process, in MiB.",
    "least_free_gb": "Free GiB in the data folder's disk under which `xray-app doctor` finds "
    "fault.",
    "max_waiting": "Scans that may wait for inspection; then 503 and Retry-After.",
    "max_wait_seconds": "Fewer may wait where the last would wait longer than this at the pace of "
    "the last inspections.",
    "lease_minutes": "How long an officer holds a case without a sign of life.",
    "calibration_file": "What `xray-train calibrate` wrote: which scans may be cleared.",
    "clear_by_machine": "Close cases without an officer whose report it makes eligible.",
    "human_share": "Of those, the share that an officer sees all the same: over 0, up to 1.",
    "retention_days": "Days after which scans of closed cases are deleted; 0: never.",
    "secure_cookies": "Browsers send the session over HTTPS alone; for a service behind TLS.",
    "oidc_issuer": "OpenID Connect provider that people may sign in by; unset: none.",
    "oidc_client_id": "What we are called there.",
    "oidc_client_secret": "The secret that it gave us; `xray-app doctor` warns of a short one.",
    "oidc_address": "Our own address, as browsers reach us: `https://NAME`.",
    "oidc_claim": "Claim that is a person's name here; one that people cannot choose themselves.",
    "watch_dir": "Folder whose complete files become cases.",
    "webhook_url": "Where decisions are told to: HTTPS, or plain HTTP on this machine alone.",
    "webhook_secret": "Key of the messages' signatures: 32 letters or more, 8 of them different.",
    "clearance_url": "Query of the clearance system (UNI-PASS, API001); unset: it is not asked.",
    "clearance_key": "Key that the clearance system gave us.",
    "outgoing_hosts": "Hosts that the service may call, with commas between: `HOST` at a public "
    "address, or `HOST@NETWORK`; unset: those of `XRAY_WEBHOOK_URL`, `XRAY_CLEARANCE_URL`, "
    "`XRAY_OIDC_ISSUER` and `XRAY_DICOS_REPORTS_TO` alone.",
    "dicos_port": "TCP port that scanners send DICOS to; 0: none.",
    "dicos_host": "Address to listen on for DICOS; others than loopback need `XRAY_OPEN_NETWORK`.",
    "dicos_title": "What we are called in DICOS: our AE title.",
    "dicos_senders": "Scanners that may send, `TITLE@ADDRESS` with commas between.",
    "dicos_reports_to": "Who takes threat detection reports: `TITLE@HOST:PORT`.",
    "dicos_certificate": "PEM file of our certificate: with it, DICOS is spoken over TLS alone.",
    "dicos_key": "PEM file of its key.",
    "dicos_authority": "PEM file of the authority behind the certificates of scanners and peer.",
}


def table() -> str:
    """The settings as a table in Markdown."""
    lines = ["| variable | default | what it says |", "| --- | --- | --- |"]
    for each in fields(Settings):
        shown = "" if each.default in (None, ()) else str(each.default)
        lines.append(f"| `{PREFIX}{each.name.upper()}` | {shown} | {SAYS[each.name]} |")
    return "\n".join(lines)


def _value(name: str, setting: "Field[Any]", text: str) -> Any:
    default: Any = setting.default
    kind = type(default)
    try:
        if kind is bool:
            return {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}[text.lower()]
        if kind is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text or None if default is None else kind(text)
    except (ValueError, KeyError):
        wanted = "yes or no" if kind is bool else "a number"
        raise RecipeError(f"{name} must be {wanted}, got {text!r}") from None


def weak_secret(secret: str) -> str | None:
    """What makes a secret too easy to guess to sign with; None: nothing that we know."""
    if len(secret) < LEAST_SECRET:
        return f"must have {LEAST_SECRET} letters or more"
    if len(set(secret)) < LEAST_LETTERS:
        return f"repeats a few letters; {LEAST_LETTERS} different ones are the least"
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
