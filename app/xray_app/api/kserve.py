"""The Open Inference Protocol (KServe v2) over JSON, for platforms that already speak it.

One input `scan`, datatype BYTES, shape [1]: a file in base64; a second one, `high`, where the high
energy is a file of its own. One output `report`, BYTES, shape [1]: `xray.report/1` as JSON text.
Nothing is kept.
"""

import base64
import binascii
import io
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from xray_app.api.asking import asked, too_large
from xray_app.api.shapes import OUR_FAULT
from xray_app.api.signing import Inspects
from xray_app.api.signing import TheService as Service
from xray_app.cases.errors import NotFound, Refused
from xray_app.inspectors.pool import RETRY_AFTER_S
from xray_app.intake import usual
from xray_app.settings import FORM_BYTES, Settings

router = APIRouter(prefix="/v2", tags=["kserve"])
FILES = ("scan", "high")
BYTES: dict[str, Any] = {"datatype": "BYTES", "shape": [1]}


class Tensor(BaseModel):
    """One input."""

    name: Literal["scan", "high"]
    datatype: Literal["BYTES"]
    shape: Annotated[list[int], Field(min_length=1, max_length=1)]
    data: Annotated[list[str], Field(min_length=1, max_length=1)]


class Infer(BaseModel):
    """A request; fields of the protocol that we do not need are let through."""

    id: Annotated[str, Field(max_length=200)] | None = None
    inputs: Annotated[list[Tensor], Field(min_length=1, max_length=2)]


@router.get("")
def server(actor: Inspects) -> dict[str, Any]:
    """Who answers."""
    return {"name": "xray-cargo", "version": "1", "extensions": []}


@router.get("/health/live")
def live(actor: Inspects) -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/health/ready")
def ready(actor: Inspects, service: Service) -> dict[str, bool]:
    """Scans can be inspected: the weights are loaded."""
    check_loaded(service)
    return {"ready": True}


@router.get("/models/{model}")
def about_model(actor: Inspects, service: Service, model: str) -> dict[str, Any]:
    """What the model takes and gives."""
    _check(service, model)
    inputs = [{"name": name, **BYTES} for name in FILES]
    outputs = [{"name": "report", **BYTES}]
    return {"name": model, "platform": "onnxruntime", "inputs": inputs, "outputs": outputs}


@router.get("/models/{model}/ready")
def model_ready(actor: Inspects, service: Service, model: str) -> dict[str, Any]:
    """The model can be asked."""
    _check(service, model)
    check_loaded(service)
    return {"name": model, "ready": True}


@router.post("/models/{model}/infer", responses=OUR_FAULT)
def infer(actor: Inspects, service: Service, model: str, said: Infer) -> dict[str, Any]:
    """A scan in, a report out."""
    _check(service, model)
    tensors = {tensor.name: tensor.data[0] for tensor in said.inputs}
    if "scan" not in tensors:
        raise Refused("inputs: expected one named scan")
    most = service.settings.max_upload_bytes
    sent = ((n, io.BytesIO(_decoded(n, tensors[n], most))) for n in FILES if n in tensors)
    report = asked(service, sent, {"id": said.id or "scan"})
    output = {"name": "report", **BYTES, "data": [json.dumps(report)]}
    return {"model_name": model, "id": said.id or "", "outputs": [output]}


def most_bytes(settings: Settings) -> int:
    """Largest request here: a pair of files in base64, for all of it is read into memory."""
    pair = min(len(FILES) * settings.max_upload_bytes, settings.max_request_bytes)
    return min(base64_length(pair) + FORM_BYTES, settings.max_request_bytes)


def base64_length(count: int) -> int:
    """Letters that so many bytes take in base64 (RFC 4648, section 4).

    >>> base64_length(3), base64_length(4)
    (4, 8)
    """
    return (count + 2) // 3 * 4


def check_loaded(service: Service) -> None:
    """Stop where no weights are loaded: whoever waits for us is to wait on, or to ask elsewhere."""
    if service.pool.absence:
        raise HTTPException(503, service.pool.absence, {"retry-after": str(RETRY_AFTER_S)})


def _check(service: Service, model: str) -> None:
    there = Path(service.settings.model or usual()).stem
    if model != there:
        raise NotFound(f"there is no model {model[:40]!r} here; there is {there!r}")


def _decoded(name: str, text: str, most_bytes: int) -> bytes:
    if len(text) > base64_length(most_bytes):
        raise too_large(name, most_bytes)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"inputs: {name}: expected a file in base64") from None
