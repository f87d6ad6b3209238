"""What the network was asked: provisioning orders and the work orders they became."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from provisioning.models.network import NetworkElement
from provisioning.states import Action, Bar, OrderState, WorkState
from provisioning.values import MOBILE


class ProvisioningOrder(models.Model):
    """开通单: the state one sub-order wants a line to have, and the answer it is owed.

    A sub-order that is tried again has a new number, and so an order of its own. ``thread`` is the
    flow it belongs to (mode, settings, actor), with which the answer is sent to ``sender`` on the
    same ``subject``; ``clock`` is how far the flow's logical clock has come here.
    """

    sub_order_no = models.CharField(max_length=40)
    flow_no = models.CharField(max_length=24)
    sender = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    message_id = models.UUIDField()
    thread: Any = models.JSONField()
    clock = models.IntegerField()
    action = models.CharField(max_length=12, choices=Action.choices)
    subscriber_no = models.CharField(max_length=24)
    service_kind = models.CharField(max_length=12, default=MOBILE)
    service_number = models.CharField(max_length=40, blank=True, default="")
    msisdn = models.CharField(max_length=11, blank=True)
    iccid = models.CharField(max_length=20, blank=True)
    reservation = models.CharField(max_length=200, blank=True, default="")
    services = ArrayField(models.CharField(max_length=40), default=list)
    bar = models.CharField(max_length=8, choices=Bar.choices, default=Bar.NONE)
    version = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=OrderState.choices, default=OrderState.OPEN)
    cause_code = models.CharField(max_length=60, blank=True, default="")
    cause_zh = models.TextField(blank=True, default="")
    cause_en = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    phones: ClassVar = ("service_number", "msisdn")  # see core/masking.py
    texts: ClassVar = ("cause_zh", "cause_en")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sub_order_no"], name="provisioningorder_sub_order"),
            models.CheckConstraint(
                condition=Q(action__in=Action.values), name="provisioningorder_action_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="provisioningorder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(bar__in=Bar.values), name="provisioningorder_bar_known"
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.OPEN, closed_at=None)
                | ~Q(state=OrderState.OPEN) & Q(closed_at__isnull=False),
                name="provisioningorder_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.REFUSED) & ~Q(cause_code="")
                | ~Q(state=OrderState.REFUSED) & Q(cause_code=""),
                name="provisioningorder_refused_for_a_cause",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscriber_no", "id"], name="provisioningorder_subscriber"),
            models.Index(
                fields=["reservation"],
                name="provisioningorder_keeps",
                condition=Q(state__in=[OrderState.OPEN, OrderState.REFUSED]),
            ),
        ]

    def __str__(self) -> str:
        return self.sub_order_no


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    """Work orders by what is to be done about them."""

    def due(self, at: datetime) -> WorkOrderQuerySet:
        """Those somebody should take up now, the longest due first."""
        return self.filter(due_at__lte=at).order_by("due_at")


class WorkOrder(models.Model):
    """工单: the whole state one network element shall give one subscriber.

    ``due_at`` is when somebody else takes it up: the end of the claim while it is being carried
    out, the next try while it waits for one, the next look while people work on it. Each attempt
    has a number, so that whoever lost a claim cannot write the result of another's attempt.
    """

    id = models.BigAutoField(primary_key=True)
    work_order_no = models.CharField(max_length=24)
    order = models.ForeignKey(ProvisioningOrder, models.PROTECT, related_name="work_orders")
    element = models.ForeignKey(
        NetworkElement, models.PROTECT, db_index=False, related_name="work_orders"
    )
    subscriber_no = models.CharField(max_length=24)
    request: Any = models.JSONField()
    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.READY)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    request_clock = models.IntegerField(default=0)
    remote_id = models.CharField(max_length=100, blank=True, default="")
    ticket = models.CharField(max_length=100, blank=True, default="")
    completed_by = models.CharField(max_length=60, blank=True, default="")
    error_code = models.CharField(max_length=100, blank=True, default="")
    error_zh = models.TextField(blank=True, default="")
    error_en = models.TextField(blank=True, default="")

    texts: ClassVar = ("request", "error_zh", "error_en")

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work_order_no"], name="workorder_number"),
            models.CheckConstraint(
                condition=Q(state__in=WorkState.values), name="workorder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[WorkState.RUNNING, WorkState.WAITING], due_at__isnull=False)
                | Q(state=WorkState.READY)
                | Q(due_at=None),
                name="workorder_is_never_forgotten",
            ),
            models.CheckConstraint(
                condition=~Q(state=WorkState.READY) | Q(attempts=0) | Q(due_at__isnull=False),
                name="workorder_is_tried_again",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(due_at__isnull=False), name="workorder_one_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="workorder_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["subscriber_no", "element", "-id"], name="workorder_told"),
        ]

    def __str__(self) -> str:
        return self.work_order_no
