"""Joining a Ray cluster, or starting Ray on this machine. Ray is an extra."""

import logging
import os
from typing import Any

from xray.errors import MissingExtra, RecipeError

LOCAL = "local"
START_SECONDS = "300"  # Ray's own 30 are too few on a machine that is busy
STORE_BYTES = 512 * 2**20  # on this machine, for what is on its way; Ray would take 30 % of it


def joined(address: str, cores: int | None, command: str) -> Any:
    """Ray, started or joined; it reports its use to nobody and opens no page.

    Args:
        address: of a cluster, as `ray.init` takes it; "local" starts Ray on this machine.
        cores: of this machine that a Ray started here may use; None: all of them.
        command: what the user said, for errors.

    Raises:
        MissingExtra: Ray is not installed.
        RecipeError: no cluster answers at that address.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_raylet_start_wait_time_s", START_SECONDS)
    try:
        import ray
    except ImportError:
        raise MissingExtra(command, "ray") from None
    how: dict[str, Any] = {"address": address}
    if address == LOCAL:
        how |= {
            "num_cpus": cores,
            "object_store_memory": STORE_BYTES,
            "include_dashboard": False,
        }
    try:
        ray.init(**how, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RecipeError(f"no Ray cluster answers at {address} ({error})") from None
    return ray
