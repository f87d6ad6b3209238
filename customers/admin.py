"""CRM's console: the three parties as sold to, to look at. Nothing is changed here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.scope import narrowed
from core.console import ReadOnly, ReadOnlyInline, number_of, said, shown_list
from customers import finding, identity, permissions
from customers.models import Account, Customer, PaymentRelation, Subscriber, Subscription
from customers.selectors import customers_of, subscribers_of, subscription_seen

MOST_NAMED = 200  # customers that a search in names puts on a list
MOST_NUMBERED = 100  # customers or subscribers that a number puts there
CUSTOMER_PAGE = lazy(said, str)("客户页", "Customer page")


def customer_page(customer: Customer, words: object, **query: str) -> SafeString:
    """Return a link to everything about a customer."""
    address = reverse("crm:customer", args=[customer.customer_no])
    address += "?" + urlencode(query) if query else ""
    return format_html('<a href="{}" class="text-link">{}</a>', address, words)


class OfCustomer:
    """Rows of a customer lead to that customer's page, and are seen with it."""

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return narrowed(
            rows, actor_of(request), region="customer__region", unit="customer__org_unit"
        )

    @admin.display(description=_("customer"))
    def owner(self, row: Account | Subscriber) -> SafeString:
        return customer_page(row.customer, str(row.customer), **self.narrowed_to(row))

    def narrowed_to(self, row: Any) -> dict[str, str]:
        """Return what narrows the page to the row."""
        return {}


def subscribers_with(actor: Actor, number: str) -> QuerySet[Subscriber]:
    """Return the subscribers that have a service number, and those that had it."""
    return subscribers_of(actor).filter(service_number__in=finding.numbers_meant(number))


class AccountInline(ReadOnlyInline):
    permission = permissions.VIEW_ACCOUNT
    model = Account
    fields: ClassVar[Any] = ("account_no", "name", "charging_mode", "currency", "billing_day")


class SubscriberInline(ReadOnlyInline):
    permission = permissions.VIEW_SUBSCRIBER
    model = Subscriber
    fields: ClassVar[Any] = ("subscriber_no", "service_number", "iccid", "status", "activated_at")


class SubscriptionInline(ReadOnlyInline):
    permission = permissions.VIEW_SUBSCRIPTION
    model = Subscription
    fields: ClassVar[Any] = (
        "subscription_no", "offering", "is_main", "status", "valid_from", "valid_to",
    )  # fmt: skip


class PaymentRelationInline(ReadOnlyInline):
    permission = permissions.VIEW_ACCOUNT
    model = PaymentRelation
    show_change_link = False
    fields: ClassVar[Any] = (
        "account", "charge_group", "priority", "share_percent", "cap_amount", "valid_from",
        "valid_to",
    )  # fmt: skip


class CustomerAdmin(ReadOnly):
    """Found by a part of the name, or by a whole number: its own, a document's, a subscriber's."""

    permission = permissions.VIEW_CUSTOMER
    icon = "person"
    list_display: ClassVar[Any] = [
        "customer_no", "name", "kind", "identity_masked", "status", "account_numbers", "org_unit",
        "region", "created_at", "page",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["identity"]
    list_filter: ClassVar[Any] = ["status", "kind"]
    search_fields: ClassVar[Any] = ["customer_no__exact"]
    search_help_text = _("Part of the name, customer number, identity number or phone number")
    ordering: ClassVar[Any] = ["-id"]
    inlines: ClassVar[Any] = [AccountInline, SubscriberInline]
    fieldsets: ClassVar[Any] = [
        (
            None,
            {
                "fields": [
                    ("customer_no", "status"), ("name", "kind"), ("identity_masked", "orders"),
                    ("segment", "level"), ("brand", "blacklisted"), ("org_unit", "region"),
                    ("created_at", "page"),
                ]
            },
        ),
        (_("Contacts and further attributes"), {
            "fields": ["contact_medium", "engaged_party", "extension"], "classes": ["tab"],
        }),
    ]  # fmt: skip
    readonly_fields: ClassVar[Any] = ["identity_masked", "orders", "page"]

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return narrowed(rows, actor_of(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        rows: QuerySet[Customer] = super().get_queryset(request)
        return rows.defer("identity__number_encrypted").prefetch_related("accounts")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        term = number_of(search_term)
        if not term:
            return queryset, False
        actor = actor_of(request)
        digests = finding.digests_meant(term)
        shown = customers_of(actor).filter(identity__number_digest__in=digests)
        keys = {
            *shown.values_list("pk", flat=True)[:MOST_NUMBERED],
            *subscribers_with(actor, term).values_list("customer_id", flat=True)[:MOST_NUMBERED],
            *finding.list_customers_named(actor, term, at_most=MOST_NAMED),
        }
        return queryset.filter(Q(customer_no=term) | Q(pk__in=keys)), False

    @admin.display(description=_("identity document"))
    def identity_masked(self, customer: Customer) -> str:
        document = getattr(customer, "identity", None)
        if document is None:
            return "-"
        return f"{said(*identity.KINDS[document.kind])} {document.number_masked}"

    @admin.display(description=_("accounts"))
    def account_numbers(self, customer: Customer) -> str:
        numbers = sorted(one.account_no for one in customer.accounts.all())
        more = f" (+{len(numbers) - 3})" if len(numbers) > 3 else ""
        return ", ".join(numbers[:3]) + more

    @admin.display(description=CUSTOMER_PAGE)
    def page(self, customer: Customer) -> SafeString:
        return customer_page(customer, CUSTOMER_PAGE)

    @admin.display(description=_("orders"))
    def orders(self, customer: Customer) -> SafeString:
        return shown_list(
            "crm", "orders_customerorder", _("Orders of this customer"), customer.customer_no
        )


class AccountAdmin(OfCustomer, ReadOnly):
    permission = permissions.VIEW_ACCOUNT
    icon = "account_balance_wallet"
    list_display: ClassVar[Any] = [
        "account_no", "name", "owner", "charging_mode", "currency", "billing_day", "created_at",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["customer"]
    list_filter: ClassVar[Any] = ["charging_mode"]
    search_fields: ClassVar[Any] = ["account_no__exact"]
    search_help_text = _("Account number or customer number")
    ordering: ClassVar[Any] = ["-id"]
    fields: ClassVar[Any] = [
        ("account_no", "name"), ("owner", "parent"), ("charging_mode", "currency"),
        ("billing_day", "created_at"), "extension",
    ]  # fmt: skip
    readonly_fields: ClassVar[Any] = ["owner"]
    inlines: ClassVar[Any] = [SubscriptionInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        return of_customer(queryset, number_of(search_term), "account_no")


class SubscriberAdmin(OfCustomer, ReadOnly):
    permission = permissions.VIEW_SUBSCRIBER
    icon = "smartphone"
    list_display: ClassVar[Any] = [
        "subscriber_no", "service_number", "owner", "iccid", "status", "suspend_reasons",
        "activated_at", "terminated_at",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["customer"]
    list_filter: ClassVar[Any] = ["status"]
    search_fields: ClassVar[Any] = ["subscriber_no__exact"]
    search_help_text = _("Subscriber number, service number or customer number")
    ordering: ClassVar[Any] = ["-id"]
    fields: ClassVar[Any] = [
        ("subscriber_no", "owner"), ("service_kind", "service_number"), ("iccid", "user_name"),
        ("status", "suspend_reasons"), ("status_version", "created_at"),
        ("activated_at", "terminated_at"),
    ]  # fmt: skip
    readonly_fields: ClassVar[Any] = ["owner"]
    inlines: ClassVar[Any] = [SubscriptionInline, PaymentRelationInline]

    def narrowed_to(self, row: Subscriber) -> dict[str, str]:
        return {"subscriber": row.subscriber_no}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        term = number_of(search_term)
        found = subscribers_with(actor_of(request), term)
        keys = found.values_list("pk", flat=True) if term else []
        return of_customer(queryset, term, "subscriber_no", keys)


class SubscriptionAdmin(ReadOnly):
    permission = permissions.VIEW_SUBSCRIPTION
    icon = "loyalty"
    list_display: ClassVar[Any] = [
        "subscription_no", "subscriber", "account", "offering", "is_main", "status", "valid_from",
        "valid_to",
    ]  # fmt: skip
    list_select_related: ClassVar[Any] = ["subscriber", "account", "offering"]
    list_filter: ClassVar[Any] = ["status", "is_main"]
    search_fields: ClassVar[Any] = ["subscription_no__exact"]
    search_help_text = _("Subscription number, subscriber number or service number")
    ordering: ClassVar[Any] = ["-id"]
    fields: ClassVar[Any] = [
        ("subscription_no", "status"), ("subscriber", "account"), ("offering", "is_main"),
        ("valid_from", "valid_to"), ("parent", "created_at"), "tariffs", "extension",
    ]  # fmt: skip

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(subscription_seen(actor_of(request)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.select_related("subscriber", "account", "parent", "offering")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscription], search_term: str
    ) -> tuple[QuerySet[Subscription], bool]:
        term = number_of(search_term)
        if not term:
            return queryset, False
        keys = [
            *Subscriber.objects.filter(subscriber_no=term).values_list("pk", flat=True),
            *subscribers_with(actor_of(request), term).values_list("pk", flat=True),
        ]
        return queryset.filter(Q(subscription_no=term) | Q(subscriber__in=keys)), False


def of_customer(
    rows: QuerySet[Any], term: str, number: str, keys: Any = ()
) -> tuple[QuerySet[Any], bool]:
    """Narrow ``rows`` to the one with the number ``term``, those of the customer, and ``keys``."""
    if not term:
        return rows, False
    customers = list(Customer.objects.filter(customer_no=term).values_list("pk", flat=True))
    found = Q(**{number: term}) | Q(customer__in=customers) | Q(pk__in=list(keys))
    return rows.filter(found), False


crm_console.register(Customer, CustomerAdmin)
crm_console.register(Account, AccountAdmin)
crm_console.register(Subscriber, SubscriberAdmin)
crm_console.register(Subscription, SubscriptionAdmin)
