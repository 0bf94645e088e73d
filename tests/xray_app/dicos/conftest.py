"""A scanner that speaks DICOS, certificates, and a service whose inspector runs in this process."""

import gc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pydicom
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from xray_app import service as services
from xray_app.cases import inspection
from xray_app.cases.states import Target
from xray_app.dicos.objects import SCANS
from xray_app.inspectors.dispatch import Dispatch


@pytest.fixture(autouse=True)
def _collect_sockets() -> Iterator[None]:
    """pynetdicom leaves sockets to the garbage collector: here, where nobody minds."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


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
    """PEM files: an authority, and a certificate and key of its own for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("certificates")
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, said)]) for said in ("root", "here")
    )
    here = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    root = _signed(root_name, root_name, root_key.public_key(), root_key, True, None)
    own = _signed(name, root_name, key.public_key(), root_key, False, here)
    paths = SimpleNamespace(**{n: folder / f"{n}.pem" for n in ("authority", "own", "key")})
    pem = serialization.Encoding.PEM
    paths.authority.write_bytes(root.public_bytes(pem))
    paths.own.write_bytes(own.public_bytes(pem))
    plain = serialization.NoEncryption()
    paths.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return paths


def _signed(
    name: x509.Name, issuer: x509.Name, key: Any, by: Any, authority: bool, here: Any
) -> x509.Certificate:
    now = datetime.now()
    build = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    build = build.serial_number(x509.random_serial_number())
    build = build.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    build = build.add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
    if here is not None:
        build = build.add_extension(here, False)
    return build.sign(by, hashes.SHA256())
