"""Whether number and card of an order are kept for its subscriber."""

from __future__ import annotations

from django.db import connections, transaction

from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.messages import Outcome, ProvisioningOrderRequest
from provisioning.models import PhoneNumber, SimCard
from provisioning.services.inventory import reserve
from provisioning.states import ResourceState

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


def refuse_unless_kept(message: ProvisioningOrderRequest, context: FlowContext) -> Outcome | None:
    """See that number and card are this subscriber's, or kept for it; hold them until commit.

    What has become free meanwhile (the reservation ran out under way) is taken again.
    """
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LOCK_RESOURCES, [message.msisdn, message.iccid])
        kept = {kind for kind, *row in cursor.fetchall() if _is_kept(message, *row)}
    if len(kept) == 2:
        return None
    try:
        with transaction.atomic(using=ALIAS):
            if "number" not in kept:
                reserve(PhoneNumber, message.msisdn, reference=reference_of(message), at=context.at)
            if "card" not in kept:
                reserve(SimCard, message.iccid, reference=reference_of(message), at=context.at)
    except DomainError as refusal:
        return Outcome.refused(refusal.code, refusal.zh, refusal.en)
    return None


def _is_kept(
    message: ProvisioningOrderRequest, state: str, reference: str, subscriber_no: str
) -> bool:
    if state == ResourceState.IN_USE:
        return subscriber_no == message.subscriber_no
    return state == ResourceState.RESERVED and reference == reference_of(message)


def reference_of(message: ProvisioningOrderRequest) -> str:
    """Return under which reference number and card of an order are kept."""
    return message.reservation or message.sub_order_no
