"""Numbers and SIM cards: what can be given out, to whom it is promised, who has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from provisioning.states import ResourceState

SET_FREE: dict[str, Any] = {
    "state": ResourceState.FREE,
    "reference": "",
    "reserved_until": None,
    "cooling_until": None,
}


class ResourceQuerySet(models.QuerySet["NetworkResource"]):
    """Numbers or cards by what may be done with them."""

    def reservable(self, reference: str) -> ResourceQuerySet:
        """Those that are free, or reserved under ``reference`` already."""
        return self.filter(
            Q(state=ResourceState.FREE) | Q(state=ResourceState.RESERVED, reference=reference)
        )

    def reserved_under(self, reference: str) -> ResourceQuerySet:
        """Those that are kept under ``reference``."""
        return self.filter(state=ResourceState.RESERVED, reference=reference)

    def reserved_by(self, orders: models.QuerySet[Any]) -> ResourceQuerySet:
        """Those that are kept under the reference of one of ``orders``, which name them."""
        named = orders.filter(reservation=OuterRef("reference"))
        return self.filter(Exists(named), state=ResourceState.RESERVED)

    def used_by(self, subscriber_no: str) -> ResourceQuerySet:
        """Those that a subscriber has."""
        return self.filter(state=ResourceState.IN_USE, subscriber_no=subscriber_no)

    def reservation_over(self, at: datetime) -> ResourceQuerySet:
        """Those whose reservation has run out, the longest first."""
        return self.filter(state=ResourceState.RESERVED, reserved_until__lte=at).order_by(
            "reserved_until"
        )

    def cooled(self, at: datetime) -> ResourceQuerySet:
        """Those that have rested long enough, the longest first."""
        return self.filter(state=ResourceState.COOLING, cooling_until__lte=at).order_by(
            "cooling_until"
        )


class NetworkResource(models.Model):
    """What a number and a SIM card have in common.

    ``reference`` is the order it is reserved for, or came from; ``subscriber_no`` who has it.
    """

    state = models.CharField(
        max_length=12, choices=ResourceState.choices, default=ResourceState.FREE
    )
    region = models.CharField(max_length=40, blank=True, default="")
    reference = models.CharField(max_length=200, blank=True, default="")
    reserved_until = models.DateTimeField(null=True, blank=True)
    subscriber_no = models.CharField(max_length=24, blank=True, default="")
    cooling_until = models.DateTimeField(null=True, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ResourceState.values), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ResourceState.RESERVED, reserved_until__isnull=False)
                & ~Q(reference="")
                | ~Q(state=ResourceState.RESERVED) & Q(reserved_until=None),
                name="%(class)s_reserved_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=ResourceState.IN_USE) & ~Q(subscriber_no="")
                | ~Q(state=ResourceState.IN_USE) & Q(subscriber_no=""),
                name="%(class)s_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state=ResourceState.COOLING, cooling_until__isnull=False)
                | ~Q(state=ResourceState.COOLING) & Q(cooling_until=None),
                name="%(class)s_cools_for_a_time",
            ),
            models.UniqueConstraint(
                fields=["subscriber_no"],
                condition=Q(state=ResourceState.IN_USE),
                name="%(class)s_one_a_subscriber",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["reference"],
                name="%(class)s_reserved",
                condition=Q(state=ResourceState.RESERVED),
            ),
            models.Index(
                fields=["reserved_until"],
                name="%(class)s_until",
                condition=Q(state=ResourceState.RESERVED),
            ),
            models.Index(
                fields=["cooling_until"],
                name="%(class)s_cooling",
                condition=Q(state=ResourceState.COOLING),
            ),
        ]


class NumberLevel(models.Model):
    """靓号等级: what a number that is easy to remember costs, or how much must be spent on it."""

    code = models.CharField(max_length=20, primary_key=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    minimum_spend = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(price__gte=0, minimum_spend__gte=0), name="numberlevel_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name_zh


class PhoneNumber(NetworkResource):
    """号码: a mobile number of ours, or one ported in, which is ours while it is active."""

    msisdn = models.CharField(max_length=11, primary_key=True)
    level = models.ForeignKey(
        NumberLevel, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    ported_in = models.BooleanField(default=False)

    class Meta(NetworkResource.Meta):
        abstract = False
        constraints: ClassVar = [
            *NetworkResource.Meta.constraints,
            models.CheckConstraint(
                condition=Q(msisdn__regex=r"^1[3-9][0-9]{9}$"), name="phonenumber_msisdn"
            ),
        ]
        indexes: ClassVar = [
            *NetworkResource.Meta.indexes,
            models.Index(fields=["state", "msisdn"], name="phonenumber_by_state"),
        ]

    def __str__(self) -> str:
        return self.msisdn


class SimCard(NetworkResource):
    """SIM 卡: a card by its ICCID (the last digit checks the others), with its IMSI."""

    iccid = models.CharField(max_length=20, primary_key=True)
    imsi = models.CharField(max_length=15)

    class Meta(NetworkResource.Meta):
        abstract = False
        constraints: ClassVar = [
            *NetworkResource.Meta.constraints,
            models.UniqueConstraint(fields=["imsi"], name="simcard_one_imsi"),
            models.CheckConstraint(
                condition=Q(iccid__regex=r"^89[0-9]{17,18}$"), name="simcard_iccid"
            ),
            models.CheckConstraint(condition=Q(imsi__regex=r"^[0-9]{15}$"), name="simcard_imsi"),
        ]
        indexes: ClassVar = [
            *NetworkResource.Meta.indexes,
            models.Index(fields=["state", "iccid"], name="simcard_by_state"),
        ]

    def __str__(self) -> str:
        return self.iccid


class ResourceRow(models.Model):
    """Numbers and cards seen as one list, as TMF639 shows them (a view; nothing is kept in it)."""

    name = models.CharField(max_length=20, primary_key=True)
    category = models.CharField(max_length=6)
    state = models.CharField(max_length=12)
    region = models.CharField(max_length=40)
    level = models.ForeignKey(
        NumberLevel, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )

    class Meta:
        managed = False
        db_table = "provisioning_resource"

    def __str__(self) -> str:
        return self.name
