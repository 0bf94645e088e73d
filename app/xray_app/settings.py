"""What the desk is told when it starts, and which combinations are refused."""

import ipaddress
from dataclasses import dataclass

from xray.errors import RecipeError


@dataclass(frozen=True)
class Settings:
    """The settings of one running desk.

    Attributes:
        host: address to listen on.
        port: TCP port; 0 takes a free one.
        demo: open on the sample scans that ship with the project.
        model: name or path of the weights; None: `parcel`, or whatever is shipped instead.
        names: further names that browsers may call the desk by, in the Host header.
        open_network: listening on other than this machine's own loopback is wanted, although
            the desk asks nobody to sign in.
        max_upload_mb: largest file that is taken, in units of 2**20 bytes.

    Raises:
        RecipeError: the address is open to the network and nobody said that it may be.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    demo: bool = False
    model: str | None = None
    names: tuple[str, ...] = ()
    open_network: bool = False
    max_upload_mb: int = 200  # a 16-bit container scan of 10000×4000 at two energies is 153

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise RecipeError(f"--port must lie in 0..65535, got {self.port}")
        if not self.open_network and not is_loopback(self.host):
            raise RecipeError(
                f"--host {self.host} lets everyone on the network use the desk, which asks "
                "nobody to sign in; pass --open-network if that is wanted, or leave --host out"
            )

    @property
    def max_upload_bytes(self) -> int:
        """Largest file that is taken."""
        return self.max_upload_mb * 2**20


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
