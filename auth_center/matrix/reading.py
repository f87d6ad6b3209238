"""All ways in, in the order in which the table shows them."""

from __future__ import annotations

from collections.abc import Mapping

from auth_center.matrix.addresses import addresses
from auth_center.matrix.api import operations
from auth_center.matrix.behind import commands, messages, tasks
from auth_center.matrix.doors import Declared, Door, Open, Undeclared
from auth_center.matrix.parts import parts


def doors(declared: Mapping[str, Open], *, whole: bool = True) -> list[Door]:
    """Return every way in; raise ``Undeclared`` for those that ask for nothing without a reason.

    A reason for a door that is not there is refused as well, so that none outlives its door;
    unless this process is not the ``whole`` program, but serves one console alone.
    """
    reasons = Declared(declared)
    found = [
        *addresses(reasons),
        *parts(),
        *operations(reasons),
        *messages(reasons),
        *tasks(reasons),
        *commands(reasons),
    ]
    wrong = [f"asks for no permission: {name}" for name in reasons.missing]
    if whole:
        wrong += [f"declared, but not there: {name}" for name in reasons.needless]
    if wrong:
        raise Undeclared(wrong)
    return found
