"""Which scheme is in force here and now."""

from __future__ import annotations

from django.conf import settings

from auth_center.authority.base import Authority
from auth_center.authority.distributed import Distributed

_SCHEMES: dict[str, Authority] = {"distributed": Distributed()}


def present_scheme() -> str:
    """Return the name of the scheme in force."""
    return str(settings.AUTHORIZATION)


def authority() -> Authority:
    """Return who decides now."""
    return _SCHEMES[present_scheme()]
