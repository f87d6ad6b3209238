"""What somebody asks a second person for, because it lies above their own limit."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from auth_center.states import ApprovalState
from integration.messages import Stamp

PENDING = Q(state=ApprovalState.PENDING)
BY_TWO = (ApprovalState.APPROVED, ApprovalState.REFUSED)


class ApprovalRequest(models.Model):
    """A deed above somebody's limit that waits for a second person's word (审批单).

    ``permission`` is the operation, ``arguments`` what its door gets once it is approved. ``unit``
    says what ``amount`` counts: a currency's code, or percent. ``once`` keeps the same thing from
    being asked twice at a time. ``fault_*`` is why the deed could not be done when somebody had
    approved it; the request waits on. The database refuses to change what was asked, and anything
    about a request that is closed.
    """

    number = models.CharField(max_length=24, unique=True)
    permission = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=8)
    subject = models.CharField(max_length=80)
    summary_zh = models.CharField(max_length=400)
    summary_en = models.CharField(max_length=400)
    arguments: Any = models.JSONField(default=dict)
    flow_no = models.CharField(max_length=24, blank=True, default="")
    once = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(max_length=400)
    requested_kind = models.CharField(max_length=10)
    requested_by = models.CharField(max_length=60)
    requested_channel = models.CharField(max_length=60, blank=True, default="")
    requested_terminal = models.CharField(max_length=60, blank=True, default="")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ApprovalState.choices, default=ApprovalState.PENDING
    )
    decided_by = models.CharField(max_length=60, blank=True, default="")
    decided_terminal = models.CharField(max_length=60, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_why = models.CharField(max_length=400, blank=True, default="")
    outcome: Any = models.JSONField(null=True, blank=True)
    fault_zh = models.TextField(blank=True, default="")
    fault_en = models.TextField(blank=True, default="")
    fault_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ApprovalState.values), name="approval_state_known"
            ),
            models.CheckConstraint(
                condition=PENDING & Q(decided_at=None, decided_by="")
                | ~PENDING & Q(decided_at__isnull=False) & ~Q(decided_by=""),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=BY_TWO) | ~Q(decided_by=F("requested_by")),
                name="approval_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")), name="approval_waits_a_while"
            ),
            models.CheckConstraint(
                condition=~Q(why="") & ~Q(requested_by=""), name="approval_asked_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["permission", "once"],
                condition=PENDING & ~Q(once=""),
                name="approval_asked_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["permission", "-id"], name="approval_waits", condition=PENDING),
            models.Index(fields=["expires_at"], name="approval_expires", condition=PENDING),
            models.Index(fields=["requested_by", "-id"], name="approval_own"),
            models.Index(fields=["permission", "state", "-id"], name="approval_listed"),
            models.Index(fields=["permission", "subject", "-id"], name="approval_subject"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def asked_by(self) -> Stamp:
        """Who asked, as it is written beside what they did."""
        return Stamp(
            kind=self.requested_kind,
            number=self.requested_by,
            channel=self.requested_channel,
            terminal=self.requested_terminal,
        )
