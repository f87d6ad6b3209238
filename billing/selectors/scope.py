"""数据权限 in BOSS: flows are seen with the customers and subscribers they are about."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import BillingCustomer, BillingSubscriber
from core.systems import System
from integration.models import InboxMessage


def flow_seen(actor: Actor) -> Q:
    """Return the condition for what BOSS keeps of flows: a message named somebody who is seen."""
    named: Any = OuterRef("subject")
    customers = narrowed(BillingCustomer.objects.filter(customer_no=named), actor)
    subscribers = narrowed(
        BillingSubscriber.objects.filter(subscriber_no=named),
        actor,
        region="customer__region",
        unit="customer__org_unit",
    )
    heard = InboxMessage.objects.using(System.BOSS.alias).filter(flow_no=OuterRef("flow_no"))
    return Q(Exists(heard.filter(Exists(customers) | Exists(subscribers))))
