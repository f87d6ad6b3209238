"""Which consoles an operator may enter, by the centre's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth_center.authority.grants import holding_in
from auth_center.sign_on.clients import address_of
from core.systems import Centre, System
from core.words import said

_NAMES = {
    System.CRM: (("三户 CRM", "Sanhu CRM"), ("客户、产品、订单", "Customers, products, orders")),
    System.BOSS: (("三户 BOSS", "Sanhu BOSS"), ("计费、账务、信控", "Rating, billing, credit")),
    System.PROVISIONING: (
        ("三户 开通", "Sanhu Provisioning"),
        ("工单、号码、网络", "Work orders, numbers, the network"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A console: its name, what is done there, and where it is."""

    code: str
    title: str
    about: str
    address: str


def consoles_of(staff_no: str, at: datetime) -> list[Entrance]:
    """Return the consoles where the operator may do anything at all at ``at``."""
    return [
        Entrance(
            code=system.queue.upper(),
            title=said(*_NAMES[system][0]),
            about=said(*_NAMES[system][1]),
            address=address_of(system),
        )
        for system in System
        if holding_in(Centre.SSO.alias, staff_no, system, at).grants
    ]
