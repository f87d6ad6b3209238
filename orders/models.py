"""Customer orders: what was accepted, how it was decomposed, and every state it went through."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from integration.flow import FlowHistory, FlowRecord, SubOrderRecord
from orders.states import Deed, ExternalKind


class CustomerOrder(FlowRecord):
    """客户订单, one acceptance 受理; its number is the flow's number.

    ``external_id`` makes it repeatable: the same channel may send it twice, ``fingerprint`` tells
    whether it is the same content. A channel may count its customers, accounts and orders each
    from 1: ``external_kind`` tells them apart.
    """

    external_id = models.CharField(max_length=200, blank=True, default="")
    external_kind = models.CharField(
        max_length=10, choices=ExternalKind.choices, default=ExternalKind.ORDER
    )
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    extension: Any = models.JSONField(default=dict, blank=True)

    texts: ClassVar = (*FlowRecord.texts, "extension")

    class Meta(FlowRecord.Meta):
        abstract = False
        constraints: ClassVar = [
            *FlowRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["external_id", "actor_number", "external_kind"],
                condition=~Q(external_id=""),
                name="customerorder_once_an_external_id",
            ),
        ]
        indexes: ClassVar = [
            *FlowRecord.Meta.indexes,
            models.Index(  # a clerk's own; a channel's millions stay out of it
                fields=["actor_number", "id"],
                name="customerorder_operator",
                condition=Q(actor_kind="operator"),
            ),
            models.Index(  # the few that closed otherwise than completed
                fields=["state", "id"],
                name="customerorder_ended_badly",
                condition=Q(state__in=["rejected", "partial", "failed", "cancelled"]),
            ),
            models.Index(
                fields=["cause_code", "id"], name="customerorder_held", condition=Q(state="held")
            ),
        ]


class OrderItem(models.Model):
    """One line of an order: what shall be done with which offering, and what it made.

    ``subscription_no`` is the subscription it is about: the one it made, or the one it ends;
    ``leaving_no`` is the one that it ends or replaces, ``parts`` are the items a bundle bundles.
    """

    order = models.ForeignKey(CustomerOrder, models.PROTECT, related_name="items")
    item_id = models.CharField(max_length=40)
    action = models.CharField(max_length=10)
    offering_code = models.CharField(max_length=60)
    subscriber_no = models.CharField(max_length=24, blank=True, default="")
    subscription_no = models.CharField(max_length=24, blank=True, default="")
    leaving_no = models.CharField(max_length=24, blank=True, default="", db_default="")
    parts = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True)
    characteristics: Any = models.JSONField(default=dict)
    extension: Any = models.JSONField(default=dict, blank=True)

    texts: ClassVar = ("characteristics", "extension")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "item_id"], name="orderitem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.item_id}"


class SubOrder(SubOrderRecord):
    """子订单: a part of an order for one system."""

    order = models.ForeignKey(CustomerOrder, models.PROTECT, related_name="sub_orders")

    class Meta(SubOrderRecord.Meta):
        abstract = False


class OrderHistory(FlowHistory):
    """The arrows an order has taken."""

    order = models.ForeignKey(CustomerOrder, models.PROTECT, related_name="history")


class WaitingLine(models.Model):
    """An order's place in a subscriber's waiting lines; the row goes when the order closes.

    There are two lines a subscriber, for product-changing and for status-changing work; whoever
    ``holds`` a line works, the others wait in the order of their ids.
    """

    order = models.ForeignKey(CustomerOrder, models.PROTECT, related_name="places")
    subscriber_no = models.CharField(max_length=24)
    product = models.BooleanField(default=False)
    status = models.BooleanField(default=False)
    holds = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber_no"],
                condition=Q(product=True, holds=True),
                name="waitingline_one_product_order",
            ),
            models.UniqueConstraint(
                fields=["subscriber_no"],
                condition=Q(status=True, holds=True),
                name="waitingline_one_status_order",
            ),
            models.CheckConstraint(
                condition=Q(product=True) | Q(status=True), name="waitingline_some_line"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["subscriber_no"], name="waitingline_subscriber")]

    def __str__(self) -> str:
        return f"{self.subscriber_no}: {self.order_id}"


class Cancellation(models.Model):
    """撤单 that was asked for: by whom and why. What became of it is the order's state."""

    order = models.OneToOneField(CustomerOrder, models.PROTECT, related_name="cancellation")
    reason = models.CharField(max_length=200)
    actor_number = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    extension: Any = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return str(self.order_id)


class BulkMending(models.Model):
    """批量处理: one deed for every order held for the same cause, done in portions.

    It goes through the orders up to ``last_id`` that were held when it was asked for;
    ``reached_id`` is how far it has come, so that whoever goes on after a crash goes on there.
    ``scope`` is how far whoever asked for it saw; empty for all.
    """

    deed = models.CharField(max_length=6, choices=Deed.choices)
    cause_code = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True, default="")
    last_id = models.BigIntegerField()
    reached_id = models.BigIntegerField(default=0)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    actor_number = models.CharField(max_length=60)
    terminal = models.CharField(max_length=60, blank=True, default="")
    scope: Any = models.JSONField(default=dict, db_default={}, blank=True)
    requested_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(deed__in=Deed.values), name="bulkmending_deed_known")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="bulkmending_open", condition=Q(finished_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.cause_code}"
