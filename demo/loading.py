"""Loading the demo operator: staff, a channel, numbers and SIM cards, the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from auth_center.actors import system_actor
from auth_center.permissions import permissions
from auth_center.services import save_channel, save_operator, save_role
from demo.catalogue import put_on_sale
from demo.operators import OPERATORS, ROLES, granted
from integration.settling import settle
from products.catalogue import load
from provisioning.generation import generate_cards, generate_numbers
from provisioning.selectors import last_number
from provisioning.services import load_numbers, load_sims

NUMBERS = 20_000
NUMBER_PREFIX = "139"
CLIENT_ID = "demo-channel"
SCOPE = "api"
MAIN_OFFERING = "PLAN-128"
CATALOGUE = Path(__file__).parent.parent / "products" / "demo" / "catalogue.yaml"


def load_demo(
    *, password: str, client_secret: str, at: datetime, clock: Callable[[], datetime], say: Any
) -> dict[str, Any]:
    """Load what is missing of the demo operator; return its sign-ins. Twice changes nothing."""
    actor = system_actor("demo")
    say("staff and channel")
    names = list(permissions())
    for role in ROLES:
        save_role(
            code=role.code,
            names=role.names,
            permissions=granted(role, names),
            systems=role.systems,
            actor=actor,
        )
    systems = {role.code: role.systems for role in ROLES}
    for one in OPERATORS:
        save_operator(
            staff_no=one.staff_no,
            name=one.name,
            password=password,
            role=one.role,
            org_unit=one.org_unit,
            region=one.region,
            systems=systems[one.role],
            actor=actor,
        )
    save_channel(
        client_id=CLIENT_ID,
        secret=client_secret,
        scopes=[SCOPE],
        about={"channel": "demo", "unlimited": True},
        actor=actor,
    )
    say(f"{NUMBERS} numbers and SIM cards")
    if not last_number(NUMBER_PREFIX):
        load_numbers(generate_numbers(NUMBER_PREFIX, NUMBERS, "GZ"), actor=actor)
        load_sims(generate_cards(NUMBERS, "GZ"), actor=actor)
    say("catalogue")
    put_on_sale(load(CATALOGUE), actor=actor, at=at, settle=lambda: settle(clock=clock))
    return {
        "base_url": settings.BASE_URL,
        "operators": [
            {"username": one.staff_no, "password": password, "role": one.role} for one in OPERATORS
        ],
        "channel": {"client_id": CLIENT_ID, "client_secret": client_secret, "scope": SCOPE},
        "main_offering": MAIN_OFFERING,
    }
