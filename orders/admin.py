"""CRM's console: orders, what they were decomposed into and every state they went through."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from auth_center.consoles import crm_console
from core.console import ReadOnly, ReadOnlyInline, number_of, said, shown_list
from orders import permissions
from orders.models import CustomerOrder, OrderHistory, OrderItem, SubOrder, WaitingLine


class Part(ReadOnlyInline):
    """Rows of an order, for whoever may see the order."""

    permission = permissions.VIEW_ORDER
    show_change_link = False


class SubOrderInline(Part):
    model = SubOrder
    ordering: ClassVar[Any] = ("position",)
    fields: ClassVar[Any] = (
        "position", "kind", "system", "message", "subject", "waits_for", "state", "sent_at",
        "done_at", "outcome",
    )  # fmt: skip


class ItemInline(Part):
    model = OrderItem
    ordering: ClassVar[Any] = ("id",)
    fields: ClassVar[Any] = (
        "item_id", "action", "offering_code", "subscriber_no", "subscription_no",
        "characteristics",
    )  # fmt: skip


class HistoryInline(Part):
    model = OrderHistory
    ordering: ClassVar[Any] = ("id",)
    fields: ClassVar[Any] = ("at", "source", "target", "actor_number", "note")


class PlaceInline(Part):
    model = WaitingLine
    ordering: ClassVar[Any] = ("id",)
    fields: ClassVar[Any] = ("subscriber_no", "product", "status", "holds")


class CustomerOrderAdmin(ReadOnly):
    """Found by its own number, or by that of its customer, account or subscriber."""

    permission = permissions.VIEW_ORDER
    icon = "receipt_long"
    list_display: ClassVar[Any] = [
        "order_no", "flow", "state", "cause", "customer_no", "subscriber_no", "channel",
        "actor_number", "created_at", "closed_at",
    ]  # fmt: skip
    list_filter: ClassVar[Any] = ["state"]
    search_fields: ClassVar[Any] = ["order_no__exact"]
    search_help_text = _("Order, customer, account or subscriber number")
    ordering: ClassVar[Any] = ["-id"]
    readonly_fields: ClassVar[Any] = ["cause", "steps"]
    fieldsets: ClassVar[Any] = [
        (
            None,
            {
                "fields": [
                    ("order_no", "flow"), ("state", "cause"), ("customer_no", "account_no"),
                    ("subscriber_no", "mode"), ("channel", "actor_number"),
                    ("created_at", "closed_at"), ("external_id", "steps"),
                ]
            },
        ),
        (_("Settings and further attributes"), {
            "fields": ["settings", "terminal", "actor_kind", "extension"], "classes": ["tab"],
        }),
    ]  # fmt: skip
    inlines: ClassVar[Any] = [SubOrderInline, ItemInline, HistoryInline, PlaceInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CustomerOrder], search_term: str
    ) -> tuple[QuerySet[CustomerOrder], bool]:
        term = number_of(search_term)
        if not term:
            return queryset, False
        numbers = ("order_no", "customer_no", "account_no", "subscriber_no")
        return queryset.filter(Q.create([(one, term) for one in numbers], connector=Q.OR)), False

    @admin.display(description=_("cause"))
    def cause(self, order: CustomerOrder) -> str:
        return said(order.cause_zh, order.cause_en) or "-"

    @admin.display(description=_("flow steps"))
    def steps(self, order: CustomerOrder) -> SafeString:
        return shown_list("crm", "integration_flowstep", _("Steps in CRM"), order.order_no)


crm_console.register(CustomerOrder, CustomerOrderAdmin)
