"""CRM's console: orders, what they were decomposed into and every state they went through."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from auth_center.consoles import actor_of, crm_console
from auth_center.scope import narrow_flows
from core.console import ReadOnly, ReadOnlyInline, number_of, said, shown_list
from core.systems import System
from integration.flow import FlowState, flow_named
from orders import permissions
from orders.models import CustomerOrder, OrderHistory, OrderItem, SubOrder, WaitingLine
from orders.selectors import flow_seen, order_seen

COLOURS = {
    FlowState.PENDING: "info",
    FlowState.IN_PROGRESS: "info",
    FlowState.HELD: "danger",
    FlowState.COMPLETED: "success",
    FlowState.PARTIAL: "warning",
    FlowState.FAILED: "danger",
    FlowState.REJECTED: "danger",
}


def state_in_words(state: str) -> str:
    """Return a state's name in the reader's language."""
    return gettext(FlowState(state).label) if state else "-"


class Part(ReadOnlyInline):
    """Rows of an order, for whoever may see the order."""

    permission = permissions.VIEW_ORDER
    show_change_link = False


class SubOrderInline(Part):
    model = SubOrder
    ordering: ClassVar[Any] = ("position",)
    fields: ClassVar[Any] = (
        "position", "kind", "system", "message", "subject", "after", "state", "sent_at",
        "done_at", "result",
    )  # fmt: skip

    @admin.display(description=_("waits for"))
    def after(self, part: SubOrder) -> str:
        return ", ".join(str(position) for position in part.waits_for) or "-"

    @admin.display(description=_("outcome"))
    def result(self, part: SubOrder) -> str:
        if part.outcome is None:
            return "-"
        if part.outcome["done"]:
            return said("完成", "done")
        return said(part.outcome["zh"], part.outcome["en"])


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
    fields: ClassVar[Any] = ("at", "left", "reached", "actor_number", "note")

    @admin.display(description=_("source"))
    def left(self, arrow: OrderHistory) -> str:
        return state_in_words(arrow.source)

    @admin.display(description=_("target"))
    def reached(self, arrow: OrderHistory) -> str:
        return state_in_words(arrow.target)


class PlaceInline(Part):
    model = WaitingLine
    ordering: ClassVar[Any] = ("id",)
    fields: ClassVar[Any] = ("subscriber_no", "product", "status", "holds")


class CustomerOrderAdmin(ReadOnly):
    """Found by its own number, or by that of its customer, account or subscriber."""

    permission = permissions.VIEW_ORDER

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(order_seen(actor_of(request)))

    icon = "receipt_long"
    list_display: ClassVar[Any] = [
        "order_no", "business", "standing", "cause", "customer_no", "subscriber_no", "channel",
        "actor_number", "created_at", "closed_at",
    ]  # fmt: skip
    list_filter: ClassVar[Any] = ["state"]
    search_fields: ClassVar[Any] = ["order_no__exact"]
    search_help_text = _("Order, customer, account or subscriber number")
    ordering: ClassVar[Any] = ["-id"]
    readonly_fields: ClassVar[Any] = ["business", "cause", "steps"]
    fieldsets: ClassVar[Any] = [
        (
            None,
            {
                "fields": [
                    ("order_no", "business"), ("state", "cause"), ("customer_no", "account_no"),
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

    def get_inlines(self, request: HttpRequest, obj: CustomerOrder | None = None) -> Any:
        """Show its places in waiting lines while it may have any."""
        closed = obj is not None and obj.closed_at is not None
        return [one for one in self.inlines if not (closed and one is PlaceInline)]

    @admin.display(description=_("flow"))
    def business(self, order: CustomerOrder) -> str:
        return said(flow_named(order.flow).zh, order.flow)

    @display(description=_("state"), label=COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, order: CustomerOrder) -> tuple[str, str]:
        return order.state, state_in_words(order.state)

    @admin.display(description=_("cause"))
    def cause(self, order: CustomerOrder) -> str:
        return said(order.cause_zh, order.cause_en) or "-"

    @admin.display(description=_("flow steps"))
    def steps(self, order: CustomerOrder) -> SafeString:
        happened = format_html(
            '<a href="{}" class="text-link">{}</a>',
            reverse("crm:flow", args=[order.order_no]),
            said("看流程", "Show what happened"),
        )
        in_crm = shown_list("crm", "integration_flowstep", _("Steps in CRM"), order.order_no)
        return format_html("{} · {}", happened, in_crm)


crm_console.register(CustomerOrder, CustomerOrderAdmin)
narrow_flows(System.CRM, flow_seen)
