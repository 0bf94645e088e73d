"""The command `xray-app`: serve the desk."""

import contextlib
import logging
import signal
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import MissingExtra, RecipeError, XrayError
from xray_app.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The inspection desk.")

DEFAULT = Settings()


@app.callback()
def root() -> None:
    """The inspection desk."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = DEFAULT.host,
    port: Annotated[int, typer.Option(help="TCP port; 0 takes a free one.")] = DEFAULT.port,
    demo: Annotated[bool, typer.Option("--demo", help="Open on simulated sample scans.")] = False,
    model: Annotated[str | None, typer.Option(help="Name or path of the weights.")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="A name that browsers may call the desk by.")
    ] = None,
    open_network: Annotated[
        bool, typer.Option("--open-network", help="Let others reach it; nobody signs in.")
    ] = False,
    max_upload_mb: Annotated[int, typer.Option(help="Largest upload.")] = DEFAULT.max_upload_mb,
) -> None:
    """Serve the desk until Ctrl-C."""
    settings = Settings(host, port, demo, model, tuple(name or ()), open_network, max_upload_mb)
    missing = [package for package in ("gradio", "fastapi", "uvicorn") if not find_spec(package)]
    if missing:
        raise MissingExtra("xray-app serve", "app")
    _serve(settings)


def _serve(settings: Settings) -> None:
    import uvicorn

    from xray_app import server

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")  # warnings on
    listening = _listen(settings)  # first: a taken port is known before the models are loaded
    with listening, server.private_folder() as temporary:
        application = server.build(settings, Path(temporary))
        print(f"Inspection desk: {_address(listening)}   (Ctrl-C ends it)", flush=True)
        # uvicorn ends in order and then raises the signal again: leave through `with`, not at once
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        config = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=3)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


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


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
