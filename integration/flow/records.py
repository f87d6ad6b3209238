"""The tables a flow needs, abstract: each system that conducts flows has its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from integration.flow.states import CLOSED_STATES, OPEN_STATES, FlowState


class FlowRecord(models.Model):
    """One flow from acceptance to its close; ``order_no`` is order number and flow number.

    ``settings`` are those in force when it started and stay; ``cause_*`` says in words why it is
    held or failed; ``answered_at`` is when the portal got its answer.
    """

    order_no = models.CharField(max_length=24, unique=True)
    flow = models.CharField(max_length=40)
    state = models.CharField(max_length=24, choices=FlowState.choices)
    mode = models.CharField(max_length=5)
    settings: Any = models.JSONField()
    actor_kind = models.CharField(max_length=10)
    actor_number = models.CharField(max_length=60)
    channel = models.CharField(max_length=40, blank=True, default="")
    terminal = models.CharField(max_length=60, blank=True, default="")
    customer_no = models.CharField(max_length=24, blank=True, default="")
    account_no = models.CharField(max_length=24, blank=True, default="")
    subscriber_no = models.CharField(max_length=24, blank=True, default="")
    clock = models.IntegerField(default=0)
    cause_code = models.CharField(max_length=60, blank=True, default="")
    cause_zh = models.TextField(blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    texts: ClassVar[tuple[str, ...]] = ("cause_zh", "cause_en")  # see core/masking.py

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=False, state__in=[*CLOSED_STATES])
                | (models.Q(closed_at=None) & ~models.Q(state__in=[*CLOSED_STATES])),
                name="%(class)s_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=FlowState.values), name="%(class)s_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["flow", "id"], name="%(class)s_flow"),
            models.Index(fields=["customer_no", "id"], name="%(class)s_customer"),
            models.Index(fields=["account_no", "id"], name="%(class)s_account"),
            models.Index(fields=["subscriber_no", "id"], name="%(class)s_subscriber"),
            models.Index(
                fields=["state", "id"],
                name="%(class)s_open",
                condition=models.Q(state__in=[*OPEN_STATES]),
            ),
        ]

    def __str__(self) -> str:
        return self.order_no


class SubOrderRecord(models.Model):
    """A part of an order for one system; it starts when the positions it waits for are done.

    ``attempt`` counts how often it was sent anew by a person, ``undoes`` is the position of the
    sub-order that this one takes back, ``final`` says that the order cannot be cancelled once it
    is done.
    """

    order: Any
    order_id: int
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=16)
    system = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    waits_for: Any = models.JSONField(default=list)
    state = models.CharField(max_length=24, choices=FlowState.choices)
    message = models.CharField(max_length=60)
    payload: Any = models.JSONField()
    note = models.CharField(max_length=200, blank=True, default="")
    clock = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome: Any = models.JSONField(null=True)
    attempt = models.SmallIntegerField(default=1, db_default=1)
    undoes = models.SmallIntegerField(null=True)
    final = models.BooleanField(default=False, db_default=False)

    texts: ClassVar[tuple[str, ...]] = ("payload", "outcome", "note")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="%(class)s_position"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}-{self.position}"


class FlowHistory(models.Model):
    """Every arrow an order has taken: when, by whom, why. Rows are only ever added.

    The concrete table adds ``order``.
    """

    order: Any
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    at = models.DateTimeField()
    actor_number = models.CharField(max_length=60)
    note = models.TextField(blank=True, default="")

    texts: ClassVar[tuple[str, ...]] = ("note",)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
