"""Passwords and other secrets: how they must be, and how they are kept.

People's passwords are kept by argon2id with the parameters of RFC 9106 for machines of little
memory (argon2-cffi's default). Keys and session tokens are 256 random bits, so that a plain
SHA-256 keeps them: nobody can try them all.
"""

import hashlib
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from xray_app.access.errors import AccessError
from xray_app.access.guessing import weakness
from xray_app.access.places import Places

LEAST_LETTERS = 12  # length protects better than mixtures of kinds (NIST SP 800-63B)
MOST_LETTERS = 256  # hashing must not become a way to keep the machine busy
LEAST_DIFFERENT = 5
AT_ONCE = 2  # 64 MiB each
MOST_WAITING = 16  # with those at work: under a second, and fewer than half of the threads
EACH_WAITING = 8  # of them from one address
CROWDED = "too many sign in at this moment; try again in a few seconds"


class Passwords:
    """Hashes and checks passwords, a few at a time. Who comes when many wait is turned away.

    Args:
        hasher: other parameters than the default, for tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.Semaphore(AT_ONCE)
        self._places = Places(MOST_WAITING, EACH_WAITING, CROWDED)
        self._nobody = self._hasher.hash(secrets.token_hex())

    def hash(self, name: str, password: str, peer: str = "") -> str:
        """What is kept of a new password; `peer`: the address that asks.

        Raises:
            AccessError: it is too easy to guess.
            Full: too many wait, of all or from there.
        """
        check_strength(name, password)
        with self._places.one(peer), self._room:
            return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str, peer: str = "") -> bool:
        """Whether it is the one that was kept. Takes as long where there is no such person.

        Raises:
            Full: as by `hash`.
        """
        with self._places.one(peer), self._room:
            try:
                self._hasher.verify(kept or self._nobody, password[:MOST_LETTERS])
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None


def check_strength(name: str, password: str) -> None:
    """Refuse a password that is easy to guess.

    Raises:
        AccessError: with what it must be.
    """
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise AccessError(f"a password has {LEAST_LETTERS} to {MOST_LETTERS} letters")
    if len(set(password)) < LEAST_DIFFERENT or name.lower() in password.lower():
        raise AccessError(
            f"the password is too easy to guess; take {LEAST_DIFFERENT} different letters or more, "
            "and leave the name out"
        )
    if weak := weakness(name, password):
        raise AccessError(weak)


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
