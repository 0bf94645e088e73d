"""Addresses that something may be sent to: encrypted, or on this machine."""

from urllib.parse import urlsplit

from xray.errors import RecipeError
from xray_app.settings import is_loopback


def check_address(setting: str, url: str) -> None:
    """Stop at an address that others on the way could read.

    Raises:
        RecipeError: it is neither https nor http on this machine, or holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise RecipeError(f"{setting} must be https://..., or http:// on this machine")
    if parts.username or parts.password:
        raise RecipeError(f"{setting} must hold no password")
