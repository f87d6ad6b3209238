"""The subscriber that an order is about, held fast, and the instants the order speaks of."""

from __future__ import annotations

from datetime import datetime

from billing.models import BillingSubscriber
from billing.states import SubscriberStatus
from core.errors import Conflict, NotFound
from integration.context import FlowContext


class SubscriberUnknown(NotFound):
    """BOSS holds no such subscriber."""

    code = "subscriberUnknown"
    zh = "BOSS 中没有用户 {number}"
    en = "BOSS has no subscriber {number}"


class SubscriberEnded(Conflict):
    """The subscriber is terminated; nothing of it changes any more."""

    code = "subscriberEnded"
    zh = "用户 {number} 已销户"
    en = "Subscriber {number} is terminated"


def lock_subscriber(subscriber_no: str, *, ended: bool = False) -> BillingSubscriber:
    """Return the subscriber, locked until the transaction ends.

    Raises ``SubscriberUnknown``, or ``SubscriberEnded`` unless ``ended`` ones are wanted too.
    """
    subscriber = (
        BillingSubscriber.objects.select_for_update().filter(subscriber_no=subscriber_no).first()
    )
    if subscriber is None:
        raise SubscriberUnknown(number=subscriber_no)
    if subscriber.status == SubscriberStatus.TERMINATED and not ended:
        raise SubscriberEnded(number=subscriber_no)
    return subscriber


def sent_at(context: FlowContext) -> datetime:
    """Return when the message was sent: the same however often and late it is heard."""
    return context.at if context.incoming is None else context.incoming.at


def now(context: FlowContext) -> datetime:
    """Return the present by whichever clock is ahead: CRM's when it sent, or BOSS's own.

    What CRM started before it sent the message has started, though BOSS's clock be behind.
    """
    return max(context.at, sent_at(context))
