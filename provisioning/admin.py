"""Provisioning's console: numbers, cards, lines and work orders, to look at.

The one thing that can be done here is to say that manual work is done. Searches are for whole
numbers, so that each one is an index away in tables of millions.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from auth_center.consoles import actor_of, oss_console
from auth_center.scope import narrow_flows, sees_all
from core.console import ReadOnly, number_of
from core.errors import DomainError
from core.masking import FULL_PHONE
from core.systems import System
from provisioning import permissions, services
from provisioning.models import (
    Line,
    NetworkElement,
    NetworkService,
    PhoneNumber,
    ProvisioningOrder,
    ServiceCommand,
    SimCard,
    WorkOrder,
)
from provisioning.selectors import flow_seen, line_seen, numbers_of, region_seen
from provisioning.states import LineState


class PhoneNumberAdmin(ReadOnly):
    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        actor = actor_of(request)
        if sees_all(actor) and actor.may(FULL_PHONE):
            return rows
        return rows.filter(pk__in=numbers_of(actor))

    permission = permissions.VIEW_PHONE_NUMBER
    icon = "dialpad"
    list_display: ClassVar[Any] = [
        "msisdn", "state", "level", "region", "subscriber_no", "reserved_until", "cooling_until",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["level"]
    search_fields: ClassVar[Any] = ["msisdn__exact", "msisdn__startswith"]
    list_filter: ClassVar[Any] = ["state", "level", "ported_in"]
    ordering: ClassVar[Any] = ["msisdn"]


class SimCardAdmin(ReadOnly):
    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(region_seen(actor_of(request)))

    permission = permissions.VIEW_SIM_CARD
    icon = "sim_card"
    list_display: ClassVar[Any] = [
        "iccid", "imsi", "state", "region", "subscriber_no", "reserved_until", "cooling_until",
    ]  # fmt: skip
    search_fields: ClassVar[Any] = ["iccid__exact", "imsi__exact"]
    list_filter: ClassVar[Any] = ["state"]
    ordering: ClassVar[Any] = ["iccid"]


class OfLines(ReadOnly):
    """What concerns a line is seen where its number is; ``msisdn`` is where that stands."""

    msisdn: ClassVar[str] = "msisdn"

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(line_seen(actor_of(request), self.msisdn))


class LineAdmin(OfLines):
    permission = permissions.VIEW_LINE
    icon = "settings_ethernet"
    list_display: ClassVar[Any] = [
        "subscriber_no", "msisdn", "iccid", "state", "bar", "version", "changed_at",
    ]  # fmt: skip
    search_fields: ClassVar[Any] = ["subscriber_no__exact"]
    list_filter: ClassVar[Any] = ["state", "bar"]
    ordering: ClassVar[Any] = ["-subscriber_no"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Line], search_term: str
    ) -> tuple[QuerySet[Line], bool]:
        """Find a line by its subscriber, or an active one by its number (as it is indexed)."""
        term = number_of(search_term)
        if not term:
            return queryset, False
        active = Q(state=LineState.ACTIVE, msisdn=term)
        return queryset.filter(Q(subscriber_no=term) | active), False


class ProvisioningOrderAdmin(OfLines):
    permission = permissions.VIEW_PROVISIONING_ORDER
    icon = "receipt_long"
    list_display: ClassVar[Any] = [
        "sub_order_no", "action", "subscriber_no", "msisdn", "state", "cause_zh", "created_at",
    ]  # fmt: skip
    search_fields: ClassVar[Any] = ["sub_order_no__exact", "subscriber_no__exact"]
    list_filter: ClassVar[Any] = ["state", "action"]
    ordering: ClassVar[Any] = ["-id"]


class WorkOrderAdmin(OfLines):
    msisdn = "order__msisdn"
    permission = permissions.VIEW_WORK_ORDER
    icon = "engineering"
    list_display: ClassVar[Any] = [
        "work_order_no", "order", "element", "subscriber_no", "state", "attempts", "due_at",
        "ticket", "error_zh",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["order", "element"]
    search_fields: ClassVar[Any] = ["work_order_no__exact", "subscriber_no__exact"]
    list_filter: ClassVar[Any] = ["state", "element"]
    ordering: ClassVar[Any] = ["-id"]
    actions: Any = ("complete_manual_work",)

    @admin.action(description="人工工单回单 / Manual work is done", permissions=["complete"])
    def complete_manual_work(self, request: HttpRequest, chosen: QuerySet[WorkOrder]) -> None:
        """Close the chosen work orders, one by one; what cannot be closed is named."""
        user: Any = request.user
        for number in chosen.values_list("work_order_no", flat=True):
            try:
                services.complete_manual_work(
                    work_order_no=number, actor=user.actor(), at=timezone.now()
                )
            except DomainError as refusal:
                words = refusal.words(get_language() or "zh")
                self.message_user(request, f"{number}: {words}", messages.ERROR)

    def has_complete_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(permissions.COMPLETE_MANUAL_WORK))


class NetworkElementAdmin(ReadOnly):
    permission = permissions.VIEW_NETWORK_ELEMENT
    icon = "dns"
    list_display: ClassVar[Any] = ["code", "kind", "name_zh", "name_en", "base_url"]
    ordering: ClassVar[Any] = ["code"]


class NetworkServiceAdmin(ReadOnly):
    permission = permissions.VIEW_NETWORK_SERVICE
    icon = "settings_input_antenna"
    list_display: ClassVar[Any] = ["code", "kind", "name_zh", "name_en", "release_no", "synced_at"]
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    list_filter: ClassVar[Any] = ["kind"]
    ordering: ClassVar[Any] = ["code"]


class ServiceCommandAdmin(ReadOnly):
    permission = permissions.VIEW_SERVICE_COMMAND
    icon = "terminal"
    list_display: ClassVar[Any] = ["service", "element", "command", "parameters"]
    list_select_related: ClassVar[Any] = ["service", "element"]
    search_fields: ClassVar[Any] = ["service__code"]
    list_filter: ClassVar[Any] = ["element"]
    ordering: ClassVar[Any] = ["service", "element", "position"]


narrow_flows(System.PROVISIONING, flow_seen)
oss_console.register(PhoneNumber, PhoneNumberAdmin)
oss_console.register(SimCard, SimCardAdmin)
oss_console.register(Line, LineAdmin)
oss_console.register(ProvisioningOrder, ProvisioningOrderAdmin)
oss_console.register(WorkOrder, WorkOrderAdmin)
oss_console.register(NetworkElement, NetworkElementAdmin)
oss_console.register(NetworkService, NetworkServiceAdmin)
oss_console.register(ServiceCommand, ServiceCommandAdmin)
