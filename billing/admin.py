"""BOSS's console: what billing holds, to look at. Nothing is changed here.

Searches are for whole numbers, so that each one is an index away in tables of millions.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from auth_center.consoles import actor_of, boss_console
from auth_center.scope import narrow_flows, narrowed
from billing import permissions
from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingOffering,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    PaymentRelation,
    Release,
)
from billing.selectors.scope import flow_seen
from core.console import ReadOnly
from core.systems import System


class OfCustomers(ReadOnly):
    """Rows that are seen with their customer; ``way`` leads from a row to it."""

    way: ClassVar[str]
    joined: ClassVar[tuple[str, ...]] = ()  # named by a number that may be masked

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.joined) if self.joined else rows

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        region, unit = f"{self.way}region", f"{self.way}org_unit"
        return narrowed(rows, actor_of(request), region=region, unit=unit)


class BillingCustomerAdmin(OfCustomers):
    way = ""
    permission = permissions.VIEW_CUSTOMER
    icon = "person"
    list_display: ClassVar[Any] = ["customer_no", "name", "kind", "region", "credit_standing"]
    search_fields: ClassVar[Any] = ["customer_no__exact"]
    list_filter: ClassVar[Any] = ["kind", "credit_standing"]
    ordering: ClassVar[Any] = ["-id"]


class BillingAccountAdmin(OfCustomers):
    way = "customer__"
    permission = permissions.VIEW_ACCOUNT
    icon = "account_balance_wallet"
    list_display: ClassVar[Any] = [
        "account_no", "customer", "charging_mode", "currency", "overdue_amount", "status",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["customer"]
    search_fields: ClassVar[Any] = ["account_no__exact"]
    list_filter: ClassVar[Any] = ["charging_mode", "status"]
    raw_id_fields: ClassVar[Any] = ["customer", "parent"]
    ordering: ClassVar[Any] = ["-id"]


class BillingSubscriberAdmin(OfCustomers):
    way = "customer__"
    permission = permissions.VIEW_SUBSCRIBER
    icon = "smartphone"
    list_display: ClassVar[Any] = [
        "subscriber_no", "service_number", "customer", "status", "suspend_reasons", "activated_at",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["customer"]
    search_fields: ClassVar[Any] = ["subscriber_no__exact", "service_number__exact"]
    list_filter: ClassVar[Any] = ["status"]
    ordering: ClassVar[Any] = ["-id"]


class BillingSubscriptionAdmin(OfCustomers):
    way = "subscriber__customer__"
    permission = permissions.VIEW_SUBSCRIPTION
    icon = "loyalty"
    list_display: ClassVar[Any] = [
        "subscription_no", "subscriber", "offering_code", "status", "valid_from", "valid_to",
    ]  # fmt: skip
    joined = ("subscriber",)
    search_fields: ClassVar[Any] = ["subscription_no__exact"]
    list_filter: ClassVar[Any] = ["status"]
    ordering: ClassVar[Any] = ["-id"]


class PaymentRelationAdmin(OfCustomers):
    way = "subscriber__customer__"
    permission = permissions.VIEW_PAYMENT_RELATION
    icon = "call_split"
    list_display: ClassVar[Any] = [
        "subscriber", "account", "charge_group", "priority", "share_percent", "valid_from",
        "valid_to",
    ]  # fmt: skip
    joined = ("subscriber", "account")
    search_fields: ClassVar[Any] = ["subscriber__subscriber_no__exact"]
    ordering: ClassVar[Any] = ["-id"]


class BillingOfferingAdmin(ReadOnly):
    permission = permissions.VIEW_OFFERING
    icon = "sell"
    list_display: ClassVar[Any] = ["code", "name_zh", "kind", "charging_mode", "release_no"]
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    list_filter: ClassVar[Any] = ["kind"]
    ordering: ClassVar[Any] = ["code"]


class BillingTariffAdmin(ReadOnly):
    permission = permissions.VIEW_TARIFF
    icon = "payments"
    list_display: ClassVar[Any] = [
        "code", "version", "name_zh", "kind", "charge_group", "currency", "valid_from", "valid_to",
    ]  # fmt: skip
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    list_filter: ClassVar[Any] = ["kind"]
    ordering: ClassVar[Any] = ["code", "-version"]


class ReleaseAdmin(ReadOnly):
    permission = permissions.VIEW_RELEASE
    icon = "rocket_launch"
    list_display: ClassVar[Any] = [
        "release_no",
        "state",
        "title",
        "received_at",
        "configured_by",
        "closed_at",
    ]
    search_fields: ClassVar[Any] = ["release_no__exact"]
    ordering: ClassVar[Any] = ["-id"]


narrow_flows(System.BOSS, flow_seen)
boss_console.register(BillingCustomer, BillingCustomerAdmin)
boss_console.register(BillingAccount, BillingAccountAdmin)
boss_console.register(BillingSubscriber, BillingSubscriberAdmin)
boss_console.register(BillingSubscription, BillingSubscriptionAdmin)
boss_console.register(PaymentRelation, PaymentRelationAdmin)
boss_console.register(BillingOffering, BillingOfferingAdmin)
boss_console.register(BillingTariff, BillingTariffAdmin)
boss_console.register(Release, ReleaseAdmin)
