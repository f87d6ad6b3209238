"""A request that comes twice: the same content finds its order, other content is refused."""

from __future__ import annotations

from orders import refusals
from orders.models import CustomerOrder
from orders.values import Submission


def find_repeated(submission: Submission, actor_number: str) -> CustomerOrder | None:
    """Return the order that this request made before; raise ``SentWithOtherContent``."""
    if not submission.external_id:
        return None
    known = CustomerOrder.objects.filter(
        external_id=submission.external_id,
        actor_number=actor_number,
        external_kind=submission.external_kind,
    ).first()
    if known is not None and known.fingerprint != submission.fingerprint:
        raise refusals.SentWithOtherContent(external_id=submission.external_id, field="externalId")
    return known
