"""What a received object is, as far as a case needs it; other processes read its file."""

from xray.errors import XrayError
from xray_app.api.shapes import About
from xray_app.cases.containers import container_number

DICOS = "1.2.840.10008.5.1.4.1.1.501"
MEDICAL = "1.2.840.10008.5.1.4.1.1.1"
# DX for presentation and for processing; some scanners send medical ones.
SCANS = (f"{DICOS}.2.1", f"{DICOS}.2.2", f"{MEDICAL}.1", f"{MEDICAL}.1.1")
# What the reader takes without a further decoder; every sender must know the first.
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5")


def about(object_id: str, scanner: str) -> About:
    """What is said of a scan: the object's ID is its container, by ISO 6346, or its consignment."""
    try:
        container = container_number(object_id)
    except XrayError:
        container = None
    consignment = object_id if object_id and container is None else None
    return About(scanner=scanner, container=container, consignment=consignment)
