"""The front door for writes: units, roles, operators, and the clients of the centre."""

from auth_center.services.channels import (
    ClientData,
    ClientDisabled,
    ClientNotFound,
    NoFormerSecret,
    add_client,
    change_client,
    disable_client,
    enable_client,
    end_former_secret,
    rotate_secret,
    save_channel,
)
from auth_center.services.copies import hold_operator, hold_role, hold_unit
from auth_center.services.giving import NotYoursToGive, OwnRoles
from auth_center.services.importing import FileRefused, ImportResult, import_operators
from auth_center.services.leaving import (
    dismiss_operator,
    give_password,
    remove_factors,
    sign_off_operator,
)
from auth_center.services.operators import (
    Employment,
    OperatorNotFound,
    OutsideYourScope,
    OwnRecord,
    save_operator,
)
from auth_center.services.refusals import AlreadyThere, ChangedMeanwhile, NotValid
from auth_center.services.roles import (
    RoleChange,
    RoleInUse,
    RoleNotFound,
    change_permissions,
    remove_role,
    save_role,
)
from auth_center.services.schemes import UnknownScheme, choose_scheme, hold_scheme
from auth_center.services.units import UnitInUse, UnitNotFound, retire_unit, save_unit

__all__ = [
    "AlreadyThere",
    "ChangedMeanwhile",
    "ClientData",
    "ClientDisabled",
    "ClientNotFound",
    "Employment",
    "FileRefused",
    "ImportResult",
    "NoFormerSecret",
    "NotValid",
    "NotYoursToGive",
    "OperatorNotFound",
    "OutsideYourScope",
    "OwnRecord",
    "OwnRoles",
    "RoleChange",
    "RoleInUse",
    "RoleNotFound",
    "UnitInUse",
    "UnitNotFound",
    "UnknownScheme",
    "add_client",
    "change_client",
    "change_permissions",
    "choose_scheme",
    "disable_client",
    "dismiss_operator",
    "enable_client",
    "end_former_secret",
    "give_password",
    "hold_operator",
    "hold_role",
    "hold_scheme",
    "hold_unit",
    "import_operators",
    "remove_factors",
    "remove_role",
    "retire_unit",
    "rotate_secret",
    "save_channel",
    "save_operator",
    "save_role",
    "save_unit",
    "sign_off_operator",
]
