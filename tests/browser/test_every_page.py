"""Every page of the consoles, looked at by axe: both languages, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from auth_center.consoles import boss_console, crm_console, oss_console
from config.instance.throwaway import Throwaway
from tests.browser.conftest import LANGUAGES, PATIENCE_MS, Desk
from tests.browser.counter import (
    Holder,
    a_customer,
    a_line,
    a_subscriber,
    ordered,
    set_fault,
)
from tests.browser.market import Requested, a_release
from tests.browser.month import Billed, a_billed_month
from tests.browser.test_network_desk import a_home_line
from tests.channel import Channel

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
CONSOLES = {"crm": crm_console, "boss": boss_console, "oss": oss_console}


TABS = ("overview", "relations", "tariffs", "services", "versions", "releases")


class Visit(NamedTuple):
    """A page and where it is opened; addresses may name what ``Busy`` holds."""

    console: str
    page: str
    address: str


class Busy(NamedTuple):
    """Something of everything, so that pages are full."""

    full: Holder
    bare: Holder
    held: Holder
    home: str
    arrow: str
    step: str
    release: Requested
    billed: Billed


VISITS = [
    Visit("crm", "find", "find/"),
    Visit("crm", "customer", "customers/{full.customer_no}/"),
    Visit("crm", "customer", "customers/{bare.customer_no}/"),
    Visit("crm", "open-customer", "customers/open/"),
    Visit("crm", "open-account", "customers/{full.customer_no}/open-account/"),
    Visit("crm", "open-subscriber", "customers/{full.customer_no}/open-subscriber/?main=PLAN-59"),
    Visit("crm", "open-subscriber", "customers/{bare.customer_no}/open-subscriber/"),
    Visit("crm", "order-product", "subscribers/{full.subscriber_no}/order-product/"),
    Visit("crm", "order-product", "subscribers/{held.subscriber_no}/order-product/"),
    Visit("crm", "flows", "flows/"),
    Visit("crm", "flows", "flows/?number=CO000000000"),
    Visit("crm", "flow", "flows/{full.order_no}/"),
    Visit("crm", "flow", "flows/{held.order_no}/"),
    Visit("crm", "flow", "flows/{home}/"),
    Visit("crm", "flow-message", "{arrow}"),
    Visit("crm", "flow-step", "{step}"),
    Visit("crm", "fallout", "fallout/"),
    Visit("crm", "fallout", "fallout/?q=nothing"),
    Visit("crm", "fallout-order", "fallout/{held.order_no}/"),
    Visit("crm", "fallout-order", "fallout/{full.order_no}/"),
    Visit("crm", "fallout-cause", "fallout/all/?standing=held&cause=networkRefused"),
    Visit("crm", "fallout-runs", "fallout/runs/"),
    Visit("crm", "catalogue_studio", "catalogue/"),
    Visit("crm", "catalogue_studio", "catalogue/?kind=main&sort=-price&q=5G"),
    Visit("crm", "catalogue_studio", "catalogue/?q=nothing-is-like-that"),
    *(
        Visit("crm", "catalogue_product", f"catalogue/products/PLAN-59/?tab={tab}")
        for tab in (*TABS, "owners")
    ),
    Visit("crm", "catalogue_product", "catalogue/products/HOME-FUSION/?tab=relations"),
    Visit("crm", "catalogue_tariff", "catalogue/tariffs/T-59-DATA/"),
    Visit("crm", "catalogue_service", "catalogue/services/VRBT/"),
    Visit("crm", "catalogue_mapping", "catalogue/mapping/"),
    Visit("crm", "catalogue_mapping", "catalogue/mapping/?only=1"),
    Visit("crm", "catalogue_files", "catalogue/files/"),
    Visit("crm", "catalogue_draft", "catalogue/drafts/new/"),
    Visit("crm", "catalogue_draft", "catalogue/drafts/new/?from=HOME-FUSION"),
    Visit("crm", "catalogue_draft", "catalogue/drafts/new/?tariff=T-59-DATA"),
    Visit("crm", "catalogue_draft", "catalogue/drafts/new/?retire=PLAN-59"),
    Visit("crm", "catalogue_releases", "catalogue/releases/"),
    Visit("crm", "catalogue_releases", "catalogue/releases/?q=nothing-is-like-that"),
    Visit("crm", "operators", "access/operators/"),
    Visit("crm", "operators", "access/operators/?q=nothing-is-like-that"),
    Visit("crm", "operator", "access/operators/2001/"),
    Visit("crm", "operator", "access/operators/1001/"),
    Visit("crm", "operator_new", "access/operators-new/"),
    Visit("crm", "operators_import", "access/operators-import/"),
    Visit("crm", "units", "access/units/"),
    Visit("crm", "unit", "access/units/HQ-GZ/"),
    Visit("crm", "unit_new", "access/units-new/"),
    Visit("crm", "roles", "access/roles/"),
    Visit("crm", "role", "access/roles/clerk/"),
    Visit("crm", "role", "access/roles/admin/"),
    Visit("crm", "role_new", "access/roles-new/"),
    Visit("crm", "roles_matrix", "access/roles-matrix/"),
    Visit("crm", "clients", "access/clients/"),
    Visit("crm", "client", "access/clients/demo-channel/"),
    Visit("crm", "client_new", "access/clients-new/"),
    Visit("crm", "authorization_scheme", "access/scheme/"),
    Visit("crm", "authorization_scheme", "access/scheme/?to=centralized"),
    Visit("boss", "release_list", "releases/?standing=all"),
    Visit("boss", "release_list", "releases/?q=nothing"),
    Visit("boss", "release_configure", "releases/{release.number}/"),
    Visit("boss", "release_rules", "releases/{release.number}/tariffs/{release.data}/1/"),
    Visit("boss", "release_rules", "releases/{release.number}/tariffs/{release.fee}/1/"),
    Visit("boss", "release_commands", "releases/{release.number}/services/{release.service}/"),
    Visit("boss", "release_simulation", "releases/{release.number}/simulation/"),
    Visit("boss", "tariff_list", "tariffs/"),
    Visit("boss", "tariff_held", "tariffs/T-59-DATA/"),
    Visit("boss", "account_list", "accounts/"),
    Visit("boss", "account_list", "accounts/?q=nothing"),
    Visit("boss", "account", "accounts/{billed.account_no}/"),
    Visit("boss", "account", "accounts/{bare.account_no}/"),
    Visit("boss", "balances", "accounts/{billed.account_no}/balances/"),
    Visit("boss", "balances", "accounts/{bare.account_no}/balances/"),
    Visit("boss", "balance_give", "accounts/{billed.account_no}/balances/give/"),
    Visit("boss", "bill_list", "bills/"),
    Visit("boss", "bill_list", "bills/?q=nothing"),
    Visit("boss", "bill", "bills/{billed.bill_no}/"),
    Visit("boss", "bill", "bills/{billed.trial_bill_no}/"),
    Visit("boss", "bill_events", "bills/{billed.bill_no}/lines/{billed.line_no}/events/"),
    Visit("boss", "bill_runs", "bill-runs/"),
    Visit("boss", "bill_run", "bill-runs/{billed.run_no}/"),
    Visit("boss", "bill_run", "bill-runs/{billed.trial_no}/"),
    Visit("boss", "invoice_list", "invoices/"),
    Visit("boss", "invoice_list", "invoices/?q=nothing"),
    Visit("boss", "invoice", "invoices/{billed.invoice_no}/"),
    Visit("boss", "desk_find", "desk/"),
    Visit("boss", "desk_find", "desk/?q=nothing"),
    Visit("boss", "desk", "desk/{billed.account_no}/"),
    Visit("boss", "desk", "desk/{bare.account_no}/"),
    Visit("boss", "desk_adjust", "desk/{billed.account_no}/adjust/"),
    Visit("boss", "desk_refund", "desk/{billed.account_no}/refund/"),
    Visit("boss", "payment_list", "payments/"),
    Visit("boss", "payment_list", "payments/?q=nothing"),
    Visit("boss", "payment", "payments/{billed.payment_no}/"),
    Visit("boss", "payment", "payments/{billed.reversed_no}/"),
    Visit("boss", "payment_reverse", "payments/{billed.payment_no}/reverse/"),
    Visit("boss", "adjustment_list", "adjustments/"),
    Visit("boss", "adjustment_list", "adjustments/?q=nothing"),
    Visit("boss", "adjustment", "adjustments/{billed.adjustment_no}/"),
    Visit("boss", "voucher_list", "vouchers/"),
    Visit("boss", "bank_files", "bank-files/"),
    Visit("boss", "bank_file", "bank-files/{billed.bank_file}/"),
    Visit("boss", "suspense", "suspense/"),
    Visit("boss", "cashier_day", "cashier-day/"),
    Visit("boss", "cashier_days", "cashier-days/"),
    Visit("boss", "usage_list", "usage/"),
    Visit("boss", "usage_list", "usage/?whose=nothing"),
    Visit("boss", "usage_record", "usage/{billed.usage}/"),
    Visit("boss", "usage_batches", "usage/batches/"),
    Visit("boss", "usage_batches", "usage/batches/?state=refused"),
    Visit("boss", "usage_quarantine", "usage/quarantine/"),
    Visit("boss", "usage_quarantine", "usage/quarantine/?state=discarded"),
    Visit("boss", "usage_quarantined", "usage/quarantine/{billed.quarantined}/"),
    Visit("boss", "revenue", "revenue/"),
    Visit("boss", "revenue", "revenue/?by=product"),
    Visit("boss", "journal", "journal/"),
    Visit("boss", "journal", "journal/?account=AC000000000"),
    Visit("boss", "journal_entry", "journal/1/"),
    Visit("boss", "trial_balance", "trial-balance/"),
    Visit("boss", "accounting_periods", "accounting-periods/"),
    Visit("boss", "ledger_proof", "ledger-proof/"),
    Visit("oss", "work_orders", "work-orders/?standing=all"),
    Visit("oss", "work_orders", "work-orders/?standing=all&q=nothing"),
    Visit("oss", "work_order", "work-orders/"),
    Visit("oss", "manual_work", "manual-work/"),
    Visit("oss", "numbers", "numbers/"),
    Visit("oss", "numbers", "numbers/?digits=12345678901"),
    Visit("oss", "number", "numbers/{full.msisdn}/"),
    Visit("oss", "number", "numbers/{held.msisdn}/"),
    Visit("oss", "simulator", "simulator/"),
    *(Visit(console, "approvals", "approvals/") for console in CONSOLES),
    Visit("boss", "approvals", "approvals/?view=all&state=refused"),
    *(Visit(console, "health", "health/") for console in CONSOLES),
    *(Visit(console, "audit", "audit/") for console in CONSOLES),
    *(Visit(console, "audit-entry", "audit/1/") for console in CONSOLES),
    Visit("crm", "audit", "audit/?who=nobody-is-called-that"),
]
# What is no page of its own: a part of one, an answer to a form, or a file; or a page that another
# test goes to. Where it is met.
PARTS = {
    "crm": {
        "customer-panel": "customer", "customer-document": "customer",
        "check-document": "open-customer",
        "free-numbers": "open-subscriber", "free-card": "open-subscriber",
        "flows-export": "flows", "health_parts": "health", "audit-export": "audit",
        "catalogue_draft_find": "catalogue_draft", "catalogue_draft_tariff": "catalogue_draft",
        "catalogue_draft_attributes": "catalogue_draft",
        "catalogue_draft_saved": "test_catalogue_draft",
        "catalogue_release": "test_catalogue_draft",
        "catalogue_release_deed": "test_catalogue_draft",
        "catalogue_export": "catalogue_studio", "catalogue_mapping_export": "catalogue_mapping",
        "catalogue_files_export": "catalogue_files", "catalogue_files_upload": "catalogue_files",
        "catalogue_file": "catalogue_files", "catalogue_file_request": "catalogue_files",
        "fallout-export": "fallout", "fallout-news": "fallout", "fallout-letters": "fallout",
        "fallout-live": "fallout-order", "fallout-free": "fallout-order",
        "fallout-mend": "test_fallout_queue", "fallout-done": "test_fallout_queue",
        "fallout-run": "test_fallout_queue",
        "operators_export": "operators", "operator_deed": "operator", "unit_retire": "unit",
        "role_remove": "role", "client_deed": "client",
        "approval": "approvals",
    },
    "boss": {
        "approval": "test_release_desk", "health_parts": "health", "audit-export": "audit",
        "release_state": "test_release_desk", "release_finish": "test_release_desk",
        "release_simulate": "test_release_desk",
        "release_rules_fields": "release_rules", "release_rules_preview": "release_rules",
        "release_commands_fields": "release_commands",
        "account_statement": "account", "bill_lines": "bill", "bill_paper": "bill",
        "bill_again": "bill", "bill_invoice": "bill", "bill_dispute": "bill",
        "bill_event": "test_a_month",
        "bill_run_start": "bill_runs", "bill_run_state": "bill_run", "bill_run_act": "bill_run",
        "bill_run_left_out": "bill_run",
        "bill_run_differences": "bill_run", "invoice_paper": "invoice", "invoice_undo": "invoice",
        "adjustment_export": "adjustment_list", "adjustment_reverse": "adjustment",
        "voucher_issue": "voucher_list", "voucher_void": "voucher_list",
        "payment_export": "payment_list", "payment_receipt": "payment",
        "bank_file_progress": "bank_file", "cashier_day_confirm": "cashier_days",
        "usage_export": "usage_list", "usage_batch_rows": "usage_batches",
        "usage_load": "usage_batches", "usage_mend": "usage_quarantine",
        "usage_batch_act": "usage_batches",
        "revenue_export": "revenue", "revenue_refresh": "revenue", "journal_export": "journal",
        "trial_balance_export": "trial_balance", "accounting_period_close": "accounting_periods",
        "ledger_proof_found": "ledger_proof", "ledger_proof_start": "ledger_proof",
    },
    "oss": {
        "approval": "approvals",
        "work_order_rows": "work_orders", "retry_work_orders": "work_orders",
        "complete_manual_work": "test_network_desk", "manual_work_waiting": "manual_work",
        "export_numbers": "numbers", "release_number": "number",
        "simulator_standing": "simulator", "set_simulator": "test_network_desk",
        "close_ticket": "simulator", "simulator_warning": "work_orders",
        "health_parts": "health", "audit-export": "audit",
    },
}  # fmt: skip


@pytest.mark.parametrize("console", list(CONSOLES))
def test_no_page_is_forgotten(console: str) -> None:
    visited = {one.page for one in VISITS if one.console == console}
    assert visited.isdisjoint(PARTS[console])
    assert set(CONSOLES[console].pages) == visited | set(PARTS[console])
    met = {where for where in PARTS[console].values() if not where.startswith("test_")}
    assert met <= visited


@contextmanager
def somebodys_desk(served: Throwaway, chromium: Browser) -> Iterator[Desk]:
    """A desk to prepare something at: one sign-on is one person's, so each has a desk alone."""
    context = chromium.new_context(locale=LANGUAGES["zh"])
    context.set_default_timeout(PATIENCE_MS)
    yield Desk(served, context, "zh")
    context.close()


@pytest.fixture(scope="module")
def busy(channel: Channel, chromium: Browser, served: Throwaway) -> Busy:
    """One order that is done, one that is held, one that waits for people."""
    full = a_subscriber(channel)
    msisdn, iccid = a_line(channel)
    with somebodys_desk(served, chromium) as engineer:
        engineer.sign_in("oss", "engineer")
        set_fault(engineer, "hlr", "refuse", count="1", match=msisdn)
        deeds = engineer.page.locator("section[aria-labelledby=deeds]")
        expect(deeds).to_contain_text(msisdn)
    held = ordered(channel, a_customer(channel), "PLAN-59", msisdn, iccid)
    with somebodys_desk(served, chromium) as clerk:
        clerk.sign_in("crm", "clerk")
        clerk.open(f"/crm/flows/{full.order_no}/")
        arrow, step = (arrow_to(clerk, kind) for kind in ("messages", "steps"))
    with somebodys_desk(served, chromium) as manager:
        release = a_release(manager)
    with somebodys_desk(served, chromium) as finance:
        finance.sign_in("boss", "finance")
        billed = a_billed_month(finance, served, full.msisdn)
    return Busy(
        full=full,
        bare=a_customer(channel),
        held=held,
        home=a_home_line(channel),
        arrow=arrow,
        step=step,
        release=release,
        billed=billed,
    )


def arrow_to(clerk: Desk, kind: str) -> str:
    """Return where the first arrow of this kind leads; a flow's page draws them as they come."""
    found = clerk.page.locator(f"a.arrow[href*='/{kind}/']").first
    expect(found).to_be_visible()
    return str(found.get_attribute("href"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("console", list(CONSOLES))
def test_axe_finds_nothing(desk: Sit, busy: Busy, console: str, language: str) -> None:
    seat = desk(language)
    seat.open(f"/{console}/login/")
    assert_well(seat)
    seat.sign_in(console, "admin")
    assert_well(seat)
    for visit in VISITS:
        if visit.console == console:
            visited(seat, visit, busy)
            assert_well(seat)


@pytest.mark.parametrize("console", list(CONSOLES))
def test_axe_finds_nothing_in_the_dark(desk: Sit, busy: Busy, console: str) -> None:
    seat = desk("zh", "desktop", "dark")
    seat.open(f"/{console}/login/")
    assert seat.violations() == []
    seat.sign_in(console, "admin")
    for visit in VISITS:
        if visit.console == console:
            visited(seat, visit, busy)
            assert seat.violations() == [], visit


def visited(seat: Desk, visit: Visit, busy: Busy) -> None:
    """Open a page, and what is folded on it: axe looks at what can be seen."""
    address = visit.address.format(**busy._asdict())
    address = address if address.startswith("/") else f"/{visit.console}/{address}"
    assert seat.open(address) == 200, address
    assert seat.path().partition("?")[0] == address.partition("?")[0]
    if visit.page == "work_order":
        seat.page.locator("#work-order-rows a").first.click()
        seat.page.wait_for_load_state("networkidle")
    seat.page.evaluate("document.querySelectorAll('#body details').forEach(one => one.open = true)")


def assert_well(seat: Desk) -> None:
    """Assert that the page is well on a wide screen and on a narrow one."""
    seat.is_well()
    seat.widen("narrow")
    seat.is_well()
    seat.widen("desktop")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_refusals_and_errors_are_well_made_too(desk: Sit, language: str) -> None:
    seat = desk(language)
    seat.open("/crm/login/")
    seat.page.fill("[name=login]", "nobody")
    seat.page.fill("[name=password]", "nothing")
    seat.page.press("[name=password]", "Enter")
    seat.page.wait_for_load_state("networkidle")
    assert_well(seat)
    seat.sign_in("crm", "clerk")
    assert seat.open("/crm/customers/CC000000000/") == 404
    assert_well(seat)
    assert seat.open("/crm/auth_center/operator/") == 403
    assert_well(seat)
    assert seat.open("/crm/health/") == 403
    assert_well(seat)
    seat.open("/nothing/")
    assert_well(seat)
