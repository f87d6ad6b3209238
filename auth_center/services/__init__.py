"""The front door for writes: units, roles, operators, and the clients of the centre."""

from auth_center.services.channels import save_channel
from auth_center.services.copies import hold_operator, hold_role, hold_unit
from auth_center.services.operators import Employment, save_operator
from auth_center.services.roles import save_role
from auth_center.services.schemes import choose_scheme, hold_scheme
from auth_center.services.units import save_unit

__all__ = [
    "Employment",
    "choose_scheme",
    "hold_operator",
    "hold_role",
    "hold_scheme",
    "hold_unit",
    "save_channel",
    "save_operator",
    "save_role",
    "save_unit",
]
