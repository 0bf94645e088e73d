"""A scanner that speaks DICOS, certificates, and a service whose inspector runs in this process."""

import gc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.xray_app.certificates import make
from xray_app import service as services
from xray_app.cases import inspection
from xray_app.cases.states import Target
from xray_app.dicos.objects import SCANS
from xray_app.inspectors.dispatch import Dispatch
from xray_app.inspectors.heads import Heads


@pytest.fixture(scope="module", autouse=True)
def _leave_alone_what_others_made() -> None:
    """FastAPI remembers every page of every service that was ever built: after the tests of these
    it takes the garbage collector seconds to look through them, at every test here.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _collect_sockets() -> Iterator[None]:
    """pynetdicom leaves sockets to the garbage collector: here, where nobody minds."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def heads() -> Iterator[Heads]:
    """The process that reads heads, one for all tests."""
    with Heads() as heads:
        yield heads


@pytest.fixture
def service(parts: services.Service, here: Any) -> services.Service:
    """A service that keeps messages for DICOS, on each kind of database."""
    rules = replace(parts.queue.rules, tells=frozenset({Target.DICOS}))
    queue = replace(parts.queue, rules=rules)
    dispatch = Dispatch(queue, parts.contents, here)
    return replace(parts, queue=queue, pool=here, dispatch=dispatch)


@pytest.fixture
def inspect_all(service: services.Service) -> Callable[[], None]:
    def inspect_all() -> None:
        process: Any = service.pool
        while (case := inspection.claim(service.database, service.now)) is not None:
            service.dispatch.inspect(case, process)

    return inspect_all


@pytest.fixture
def dx() -> Callable[..., pydicom.Dataset]:
    """A DICOS DX for processing: a box in air, another one each time."""

    def dx(bright: int = 30_000, thing: str = "CSQU3054383") -> pydicom.Dataset:
        pixels = np.full((60, 80), 60_000, np.uint16)
        pixels[20:40, 20:50] = bright
        made = pydicom.Dataset()
        made.SOPClassUID, made.SOPInstanceUID = SCANS[1], generate_uid()
        made.StudyInstanceUID, made.SeriesInstanceUID = generate_uid(), generate_uid()
        made.Modality, made.PatientID, made.PatientName = "DX", thing, ""
        made.PixelIntensityRelationship, made.PixelIntensityRelationshipSign = "LIN", 1
        made.PixelSpacing = [5.0, 5.0]
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        made.set_pixel_data(pixels, "MONOCHROME2", 16)
        file = BytesIO()
        made.save_as(file, enforce_file_format=True)
        return pydicom.dcmread(BytesIO(file.getvalue()))

    return dx


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """PEM files: an authority, and a certificate and key of its own for localhost."""
    return make(tmp_path_factory.mktemp("certificates"))
