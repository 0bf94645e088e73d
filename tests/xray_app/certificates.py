"""An authority of our own, and a certificate that it gave to localhost."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make(folder: Path) -> SimpleNamespace:
    """PEM files: `authority`, `own` and `key`."""
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
