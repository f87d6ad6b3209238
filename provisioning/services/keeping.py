"""Whether number and card of an order are kept for its subscriber."""

from __future__ import annotations

from datetime import datetime

from django.db import connections, transaction

from core.errors import DomainError
from core.systems import System
from integration.messages import Outcome
from provisioning.models import PhoneNumber, ProvisioningOrder, SimCard
from provisioning.refusals import LineNumberMissing
from provisioning.services.inventory import reserve
from provisioning.services.lines import find_conflict
from provisioning.states import ResourceState
from provisioning.values import MOBILE

ALIAS = System.PROVISIONING.alias

_LOCK_RESOURCES = """
WITH number AS (
    SELECT state, reference, subscriber_no FROM provisioning_phonenumber
    WHERE msisdn = %s FOR NO KEY UPDATE
), card AS (
    SELECT state, reference, subscriber_no FROM provisioning_simcard
    WHERE iccid = %s FOR NO KEY UPDATE
)
SELECT 'number', number.* FROM number UNION ALL SELECT 'card', card.* FROM card
"""


def refuse_unless_kept(order: ProvisioningOrder, *, at: datetime) -> Outcome | None:
    """See that number and card are this subscriber's, or kept for it; hold them until commit.

    What has become free meanwhile (the reservation ran out under way) is taken again. A line that
    is no mobile one has neither: there only its service number must not be another's.
    """
    if order.service_kind != MOBILE:
        return _refuse_unless_alone(order)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LOCK_RESOURCES, [order.msisdn, order.iccid])
        kept = {kind for kind, *row in cursor.fetchall() if _is_kept(order, *row)}
    if len(kept) == 2:
        return None
    try:
        with transaction.atomic(using=ALIAS):
            if "number" not in kept:
                reserve(PhoneNumber, order.msisdn, reference=order.reservation, at=at)
            if "card" not in kept:
                reserve(SimCard, order.iccid, reference=order.reservation, at=at)
    except DomainError as refusal:
        return _outcome(refusal)
    return None


def _refuse_unless_alone(order: ProvisioningOrder) -> Outcome | None:
    if not order.service_number:
        return _outcome(LineNumberMissing(kind=order.service_kind))
    conflict = find_conflict(order)
    return None if conflict is None else _outcome(conflict)


def _outcome(refusal: DomainError) -> Outcome:
    return Outcome.refused(refusal.code, refusal.zh, refusal.en)


def _is_kept(order: ProvisioningOrder, state: str, reference: str, subscriber_no: str) -> bool:
    if state == ResourceState.IN_USE:
        return subscriber_no == order.subscriber_no
    return state == ResourceState.RESERVED and reference == order.reservation
