"""The reader's own roles, which nobody changes for themselves."""

from __future__ import annotations

from auth_center.actors import Actor
from auth_center.models import Operator
from core.systems import Centre


def own_roles(actor: Actor) -> set[str]:
    """Return the roles that the reader has: nobody changes those."""
    rows = Operator.objects.using(Centre.SSO.alias).filter(staff_no=actor.number)
    return {code for codes in rows.values_list("role_codes", flat=True) for code in codes}
