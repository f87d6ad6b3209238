"""Loading the demo operator: staff, a channel, numbers and SIM cards, the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from auth_center.actors import Actor, system_actor
from auth_center.permissions import permissions
from auth_center.services import Employment, save_channel, save_operator, save_role, save_unit
from billing.calendar import Month, month_of
from billing.models import BillingTariff
from config.instance.demo import answers
from demo.catalogue import put_on_sale
from demo.coming import KEY
from demo.month import BILLING_DAY, DemoMonth, month_before
from demo.operators import EVERYWHERE, OPERATORS, ROLES, UNITS, granted
from integration.settling import settle
from orders.models import CustomerOrder
from products.catalogue import load
from provisioning.generation import generate_cards, generate_numbers
from provisioning.selectors import last_number
from provisioning.services import load_numbers, load_sims

NUMBERS = 20_000
NUMBER_PREFIX = "139"
CLIENT_ID = "demo-channel"
SCOPE = "api"
EARLIER = timedelta(days=2)  # before the month that is lived, the catalogue comes on sale
MAIN_OFFERING = "PLAN-128"
CATALOGUE = Path(__file__).parent.parent / "products" / "demo" / "catalogue.yaml"


def load_demo(
    *, password: str, client_secret: str, at: datetime, clock: Callable[[], datetime], say: Any,
    with_month: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Load what is missing of the demo operator; return its sign-ins. Twice changes nothing.

    ``with_month`` lets its first customers live through the month before ``at``.
    """
    actor = system_actor("demo")
    say("staff and channel")
    load_staff(password=password, actor=actor, at=at)
    save_channel(
        client_id=CLIENT_ID,
        secret=client_secret,
        scopes=[SCOPE],
        about={"channel": "demo", "unlimited": True},
        actor=actor,
        at=at,
    )
    settle(clock=clock)
    say(f"{NUMBERS} numbers and SIM cards")
    if not last_number(NUMBER_PREFIX):
        load_numbers(generate_numbers(NUMBER_PREFIX, NUMBERS, "GZ"), actor=actor)
        load_sims(generate_cards(NUMBERS, "GZ"), actor=actor)
    say("catalogue")
    first = _first_launch()
    month = month_before(at) if first is None else month_of(BILLING_DAY, first + EARLIER)
    launched_at = at if first else month.starts_at - EARLIER
    put_on_sale(load(CATALOGUE), actor=actor, at=launched_at, settle=lambda: settle(clock=clock))
    if with_month and can_live(month):
        DemoMonth(month, actor, say).live(until=at)
    return {
        "base_url": settings.BASE_URL,
        "operators": [
            {"username": one.staff_no, "password": password, "role": one.role} for one in OPERATORS
        ],
        "channel": {"client_id": CLIENT_ID, "client_secret": client_secret, "scope": SCOPE},
        "main_offering": MAIN_OFFERING,
    }


def _first_launch() -> datetime | None:
    """Return when the first tariffs came on sale: two days before the month that is lived."""
    launched = BillingTariff.objects.filter(launched_at__isnull=False)
    return launched.order_by("launched_at").values_list("launched_at", flat=True).first()


def can_live(month: Month) -> bool:
    """Tell whether the catalogue was on sale before the month, whose first customers are ours.

    It takes the network to answer, too.
    """
    launched_at = _first_launch()
    if launched_at is None or launched_at > month.starts_at:
        return False
    first = CustomerOrder.objects.order_by("pk").first()
    ours = first is None or first.external_id.startswith(KEY)
    return ours and answers(f"{settings.NETWORK_URL}/health")


def load_staff(*, password: str, actor: Actor, at: datetime) -> None:
    """Tell the centre of units, roles and operators; every system learns of them by message."""
    for unit in UNITS:
        save_unit(code=unit.code, names=unit.names, parent_code=unit.parent, actor=actor, at=at)
    names = list(permissions())
    for role in ROLES:
        save_role(
            code=role.code,
            names=role.names,
            permissions=granted(role, names),
            systems=() if role.systems == EVERYWHERE else role.systems,
            data_scope=role.reach,
            limits=role.limits,
            actor=actor,
            at=at,
        )
    for one in OPERATORS:
        about = Employment(
            name=one.name,
            org_unit=one.org_unit,
            region=one.region,
            position=one.position,
            role_codes=(one.role,),
        )
        save_operator(
            staff_no=one.staff_no,
            about=about,
            password=password,
            must_change_password=False,
            actor=actor,
            at=at,
        )
