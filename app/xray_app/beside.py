"""What runs beside the interface while a service runs: what writes decisions down once nobody can
take them back any more, and whatever else the settings name.
"""

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from xray_app import memory
from xray_app.cases import pending
from xray_app.folder import Folder
from xray_app.rounds import Rounds
from xray_app.service import Service


@contextlib.contextmanager
def beside(parts: Service) -> Iterator[None]:
    """Start every part that the settings name; end them all when it is left.

    All rounds are told to end before any is waited for. The message or the file that one is at is
    finished, and no other is begun.

    Raises:
        RecipeError: a part's settings cannot be.
    """
    settings = parts.settings
    stopping = threading.Event()
    with contextlib.ExitStack() as until:
        if settings.dicos_port:
            until.enter_context(_receiving(parts))
        settling = partial(pending.settle, parts.queue)
        until.enter_context(Rounds("writing down decisions", settling, stopping))
        trimming = Rounds("giving memory back", memory.give_back, stopping, memory.EVERY_S)
        until.enter_context(trimming)
        if settings.watch_dir:
            look = partial(Folder(Path(settings.watch_dir), parts).look, stopping)
            until.enter_context(Rounds("looking into the watched folder", look, stopping))
        if settings.webhook_url:
            until.enter_context(_sending(parts, settings.webhook_url, stopping))
        if settings.clearance_url:
            until.enter_context(_asking(parts, settings.clearance_url, stopping))
        if settings.dicos_reports_to:
            until.enter_context(_reporting(parts, settings.dicos_reports_to, stopping))
        yield


@contextlib.contextmanager
def _sending(parts: Service, url: str, stopping: threading.Event) -> Iterator[None]:
    from xray_app import addresses
    from xray_app.exchange.webhooks import Webhooks

    secret = parts.settings.webhook_secret or ""
    with addresses.client(addresses.Outgoing.of(parts.settings)) as http:
        webhooks = Webhooks(parts.database, parts.queue.clock, url, secret, http)
        with Rounds("sending messages", partial(webhooks.send_due, stopping), stopping):
            yield


@contextlib.contextmanager
def _asking(parts: Service, url: str, stopping: threading.Event) -> Iterator[None]:
    from xray_app import addresses
    from xray_app.exchange.clearance import Clearance
    from xray_app.exchange.unipass import UniPass

    addresses.check_address("XRAY_CLEARANCE_URL", url)
    with addresses.client(addresses.Outgoing.of(parts.settings)) as http:
        system = UniPass(url, parts.settings.clearance_key or "", http)
        clearance = Clearance(parts.database, parts.queue.clock, system)
        with Rounds("asking the clearance system", partial(clearance.ask_due, stopping), stopping):
            yield


@contextlib.contextmanager
def _reporting(parts: Service, reports_to: str, stopping: threading.Event) -> Iterator[None]:
    from xray_app import addresses
    from xray_app.dicos import peers
    from xray_app.dicos.sending import Reports

    title, tls = peers.own_title(parts.settings), peers.calling_tls(parts.settings)
    peer = peers.Peer.read(reports_to)
    outgoing = addresses.Outgoing.of(parts.settings)
    reports = Reports(parts.database, parts.queue.clock, peer, title, outgoing, tls)
    with Rounds("sending threat detection reports", partial(reports.send_due, stopping), stopping):
        yield


@contextlib.contextmanager
def _receiving(parts: Service) -> Iterator[None]:
    from xray_app.dicos import peers
    from xray_app.dicos.keeping import keep
    from xray_app.dicos.receiving import Receiver
    from xray_app.inspectors.heads import Heads

    settings = parts.settings
    address, title = (settings.dicos_host, settings.dicos_port), peers.own_title(settings)
    who, most, tls = (
        peers.senders(settings),
        settings.max_upload_bytes,
        peers.listening_tls(settings),
    )
    with (
        Heads(settings.log_form) as heads,
        Receiver(address, title, who, partial(keep, parts, heads), most, tls),
    ):
        yield
