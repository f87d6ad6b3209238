"""The three parties as CRM sold to them: shared fields and extension A."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.periods import period
from customers.states import (
    SUBSCRIPTION_ENDED,
    ChargingMode,
    CustomerKind,
    CustomerStatus,
    SubscriberStatus,
    SubscriptionStatus,
)
from products.models import ProductOffering


class Customer(models.Model):
    """客户: whom we do business with, a person or an organisation."""

    customer_no = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=12, choices=CustomerKind.choices, default=CustomerKind.PERSON
    )
    status = models.CharField(max_length=12, choices=CustomerStatus.choices)
    segment = models.CharField(max_length=40, blank=True, default="")
    level = models.CharField(max_length=40, blank=True, default="")
    brand = models.CharField(max_length=40, blank=True, default="")
    org_unit = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    blacklisted = models.BooleanField(default=False)
    engaged_party: Any = models.JSONField(default=dict)
    contact_medium: Any = models.JSONField(default=list)
    extension: Any = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    texts: ClassVar = ("engaged_party", "contact_medium", "extension")  # see core/masking.py

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(status__in=CustomerStatus.values), name="customer_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CustomerKind.values), name="customer_kind_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="customer_name"),
            models.Index(fields=["region", "org_unit"], name="customer_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.customer_no})"


class NamePart(models.Model):
    """A customer's name from its ``start``-th letter on, by which a part of it is found.

    Any part of a name is the beginning of one of these, so ``LIMIT`` answers a common part as fast
    as a rare one. Names are folded (``customers_folded``) and cut to 20 letters. Triggers on
    ``Customer`` keep the rows, whoever writes there; nobody writes here.
    """

    pk = models.CompositePrimaryKey("suffix", "customer_id", "start")
    suffix = models.CharField(max_length=20, db_collation="C")
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    start = models.SmallIntegerField()

    def __str__(self) -> str:
        return self.suffix


class IdentityDocument(models.Model):
    """证件 of a customer: encrypted, found by its hash, shown masked. Never leaves CRM."""

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="identity")
    kind = models.CharField(max_length=20)
    number_encrypted = models.BinaryField()
    number_digest = models.CharField(max_length=64, db_index=True)
    number_masked = models.CharField(max_length=40)
    verified_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number_masked


class Account(models.Model):
    """账户: who pays, and when. Another account may be its parent (one consolidated bill)."""

    account_no = models.CharField(max_length=24, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=200)
    charging_mode = models.CharField(max_length=8, choices=ChargingMode.choices)
    currency = models.CharField(max_length=3, default="CNY")
    billing_day = models.SmallIntegerField(default=1)
    extension: Any = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(charging_mode__in=ChargingMode.values), name="account_charging_mode"
            ),
            models.CheckConstraint(
                condition=Q(billing_day__range=(1, 28)), name="account_billing_day"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="account_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.account_no


class Subscriber(models.Model):
    """用户: who uses one service identity: a mobile number, a broadband or a fixed line.

    ``status_version`` counts the changes of the reason set, ``line_version`` the states of the
    whole line that the network was told: it ignores an older one.
    """

    subscriber_no = models.CharField(max_length=24, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscribers")
    service_kind = models.CharField(max_length=12, default="mobile")
    service_number = models.CharField(max_length=40)
    iccid = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=12, choices=SubscriberStatus.choices)
    suspend_reasons = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    status_version = models.IntegerField(default=1)
    line_version = models.IntegerField(default=1, db_default=1)
    user_name = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)

    phones: ClassVar = ("service_number",)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service_kind", "service_number"],
                condition=~Q(status="terminated"),
                name="subscriber_number_once",
            ),
            models.UniqueConstraint(
                fields=["iccid"],
                condition=~Q(status="terminated") & ~Q(iccid=""),
                name="subscriber_sim_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SubscriberStatus.values), name="subscriber_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="suspended", suspend_reasons__len__gt=0)
                | (~Q(status="suspended") & Q(suspend_reasons=[])),
                name="subscriber_suspended_for_reasons",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["service_number"], name="subscriber_number")]

    def __str__(self) -> str:
        return f"{self.service_number} ({self.subscriber_no})"


class Subscription(models.Model):
    """订购关系: an offering that a subscriber or an account has; it keeps the tariffs it bought."""

    subscription_no = models.CharField(max_length=24, unique=True)
    subscriber = models.ForeignKey(
        Subscriber, models.PROTECT, null=True, related_name="subscriptions"
    )
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="subscriptions")
    offering = models.ForeignKey(
        ProductOffering, models.PROTECT, to_field="code", db_column="offering_code"
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    is_main = models.BooleanField(default=False)
    tariffs: Any = models.JSONField(default=list)
    status = models.CharField(max_length=20, choices=SubscriptionStatus.choices)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    extension: Any = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    texts: ClassVar = ("extension",)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=Q(is_main=True) & ~Q(status__in=[*SUBSCRIPTION_ENDED, "created"]),
                name="subscription_one_main",
            ),
            models.CheckConstraint(
                condition=Q(subscriber__isnull=False) | Q(account__isnull=False),
                name="subscription_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="subscription_period",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SubscriptionStatus.values),
                name="subscription_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.subscription_no


class PaymentRelation(models.Model):
    """付费关系: which account pays a charge group of a subscriber; "*" is the default payer."""

    subscriber = models.ForeignKey(Subscriber, models.PROTECT, related_name="payment_relations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="payment_relations")
    charge_group = models.CharField(max_length=20, default="*")
    priority = models.SmallIntegerField(default=0)
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    cap_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="payment_relation_no_overlap",
                expressions=[
                    ("subscriber", RangeOperators.EQUAL),
                    ("charge_group", RangeOperators.EQUAL),
                    ("priority", RangeOperators.EQUAL),
                    (period("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(share_percent__gt=0) & Q(share_percent__lte=100),
                name="payment_relation_share",
            ),
            models.CheckConstraint(
                condition=Q(cap_amount=None) | Q(cap_amount__gt=0), name="payment_relation_cap"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="payment_relation_period",
            ),
            models.CheckConstraint(
                condition=~Q(charge_group="*") | Q(share_percent=100, priority=0),
                name="payment_relation_default_pays_the_rest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.subscriber_id}"
