"""What people did at the network engineers' desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class Deed(models.TextChoices):
    """What can be done there."""

    RELEASED = "released", "释放预占"
    RETRIED = "retried", "立即重试"
    CONTROLLED = "controlled", "设置模拟器"
    CLOSED_TICKET = "closed_ticket", "在 EOMS 完工"


class DeskDeed(models.Model):
    """操作记录: one thing a person did to a number, a work order or a simulated element.

    ``detail`` is what was set or let go. Rows are only ever added.
    """

    deed = models.CharField(max_length=16, choices=Deed.choices)
    about = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True, default="")
    detail: Any = models.JSONField(default=dict, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_number = models.CharField(max_length=60)
    terminal = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(deed__in=Deed.values), name="deskdeed_deed_known"),
            models.CheckConstraint(
                condition=~Q(deed=Deed.RELEASED) | ~Q(reason=""),
                name="deskdeed_released_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["about", "-id"], name="deskdeed_about"),
            models.Index(fields=["deed", "-id"], name="deskdeed_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.about}"
