"""CRM's console: the catalogue as it is sold, to look at."""

from __future__ import annotations

from typing import Any, ClassVar

from auth_center.consoles import crm_console
from core.console import ReadOnly, ReadOnlyInline
from products import permissions
from products.models import (
    OfferingEligibility,
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    ProductOffering,
    Service,
    Tariff,
    TariffVersion,
)


class Part(ReadOnlyInline):
    """What belongs to an offering or a tariff, for whoever may see the catalogue."""

    permission = permissions.VIEW_OFFERING
    show_change_link = False


class ServiceInline(Part):
    model = OfferingService
    fields: ClassVar[Any] = ("service",)


class TariffInline(Part):
    model = OfferingTariff
    fields: ClassVar[Any] = ("tariff",)


class RelationInline(Part):
    model = OfferingRelation
    fk_name = "source"
    ordering: ClassVar[Any] = ("kind", "choice", "id")
    fields: ClassVar[Any] = ("kind", "target", "choice", "minimum", "maximum")


class EligibilityInline(Part):
    model = OfferingEligibility
    fields: ClassVar[Any] = (
        "customer_kinds", "segments", "channels", "regions", "brands", "minimum_months", "owns",
    )  # fmt: skip


class VersionInline(Part):
    model = TariffVersion
    ordering: ClassVar[Any] = ("-version",)
    fields: ClassVar[Any] = (
        "version", "valid_from", "valid_to", "price_amount", "price_currency", "price_per",
        "description_zh", "description_en",
    )  # fmt: skip


class CatalogueList(ReadOnly):
    """A list of the catalogue: some hundred rows, so that parts of names may be searched."""

    permission = permissions.VIEW_OFFERING
    in_sidebar = False  # the catalogue's pages show it better
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    ordering: ClassVar[Any] = ["code"]


class ProductOfferingAdmin(CatalogueList):
    icon = "sell"
    list_display: ClassVar[Any] = [
        "code", "name_zh", "name_en", "kind", "charging_mode", "product_class", "brand", "status",
        "sale_from", "sale_to",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["product_class", "brand"]
    list_filter: ClassVar[Any] = ["kind", "status", "product_class", "brand"]
    fields: ClassVar[Any] = [
        ("code", "status"), ("name_zh", "name_en"), ("kind", "charging_mode"),
        ("product_class", "brand"), ("description_zh", "description_en"),
        ("sale_from", "sale_to"), ("created_at", "changed_at"), "source",
    ]  # fmt: skip
    inlines: ClassVar[Any] = [
        TariffInline, ServiceInline, RelationInline, EligibilityInline,
    ]  # fmt: skip


class TariffAdmin(CatalogueList):
    icon = "payments"
    list_display: ClassVar[Any] = ["code", "name_zh", "name_en", "kind", "charge_group"]
    list_filter: ClassVar[Any] = ["kind"]
    fields: ClassVar[Any] = [("code", "kind"), ("name_zh", "name_en"), "charge_group"]
    inlines: ClassVar[Any] = [VersionInline]


class ServiceAdmin(CatalogueList):
    icon = "settings_input_antenna"
    list_display: ClassVar[Any] = ["code", "name_zh", "name_en", "kind", "elements", "provider"]
    list_filter: ClassVar[Any] = ["kind"]
    fields: ClassVar[Any] = [
        ("code", "kind"), ("name_zh", "name_en"), ("resource", "provider"), "elements",
    ]  # fmt: skip


crm_console.register(ProductOffering, ProductOfferingAdmin)
crm_console.register(Tariff, TariffAdmin)
crm_console.register(Service, ServiceAdmin)
