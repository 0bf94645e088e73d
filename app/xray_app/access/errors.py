"""What can go wrong with signing in.

XrayError
└── AccessError        something about a person or a key cannot be done
    └── NotSignedIn    the name, password, key or session does not hold
"""

from xray.errors import XrayError


class AccessError(XrayError):
    """Something about a person or a key cannot be done."""


class NotSignedIn(AccessError):
    """The name, password, key or session does not hold. Never says which."""
