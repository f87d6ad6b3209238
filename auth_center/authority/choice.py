"""Which scheme is in force here and now."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db import connections
from django.utils import timezone

from auth_center.authority.base import Authority, Standing
from auth_center.authority.centralized import CENTRALIZED
from auth_center.authority.distributed import Distributed
from auth_center.authority.grants import scheme_and_holding
from core.systems import System, current_console

_SCHEMES: dict[str, Authority] = {"distributed": Distributed(), "centralized": CENTRALIZED}


def present_scheme(system: System | None = None) -> str:
    """Return the name of the scheme in force, as ``system``'s own database has it."""
    with connections[(system or current_console()).alias].cursor() as cursor:
        cursor.execute("SELECT name FROM auth_center_authorizationscheme")
        row = cursor.fetchone()
    return _in_force(row[0] if row else "")


def authority(system: System | None = None) -> Authority:
    """Return who decides now."""
    return _SCHEMES[present_scheme(system)]


def standing_of(staff_no: str, system: System) -> Standing:
    """Return how the operator stands in ``system``, by the scheme in force.

    One statement in the system's own database tells both the scheme and what its own tables give,
    so another scheme holds from the next request on. Raises ``CentreSilent``.
    """
    chosen, held = scheme_and_holding(system.alias, staff_no, system, timezone.now())
    decider = _SCHEMES[_in_force(chosen)]
    if not decider.asked_each_time:
        return Standing(held)
    return Standing(decider.holding(staff_no, system), partial(decider.decide, staff_no, system))


def _in_force(chosen: str) -> str:
    return chosen or str(settings.AUTHORIZATION)
