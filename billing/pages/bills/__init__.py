"""Accounts, bills, runs and invoices: what a billing clerk looks at and starts."""

from __future__ import annotations

from auth_center.consoles import boss_console
from auth_center.pages.approvals_words import show_subjects
from billing import permissions
from billing.pages.bills import accounts, bills, disputes, events, invoices, papers, runs
from billing.pages.bills import home as home
from core.console import Page

BILLING = ("账务", "Billing")
ACCOUNT = "accounts/<number:account_no>/"
BILL = "bills/<number:bill_no>/"
LINE = BILL + "lines/<int:line_no>/"
RUN = "bill-runs/<number:run_no>/"
INVOICE = "invoices/<number:invoice_no>/"

for page in (
    Page(
        path="accounts/",
        name="account_list",
        view=accounts.show_list,
        permission=permissions.VIEW_ACCOUNT,
        titles=("账户", "Accounts"),
        icon="account_balance_wallet",
        group=BILLING,
    ),
    Page(
        path=ACCOUNT,
        name="account",
        view=accounts.show_one,
        permission=permissions.VIEW_ACCOUNT,
        titles=("账户", "Account"),
    ),
    Page(
        path=ACCOUNT + "statement.csv",
        name="account_statement",
        view=accounts.export,
        permission=permissions.VIEW_BILL,
        titles=("导出流水", "Export the statement"),
    ),
    Page(
        path="bills/",
        name="bill_list",
        view=bills.show_list,
        permission=permissions.VIEW_BILL,
        titles=("账单", "Bills"),
        icon="receipt_long",
        group=BILLING,
    ),
    Page(
        path=BILL,
        name="bill",
        view=bills.show_one,
        permission=permissions.VIEW_BILL,
        titles=("账单", "Bill"),
    ),
    Page(
        path=BILL + "dispute/",
        name="bill_dispute",
        view=disputes.contest,
        permission=permissions.DISPUTE,
        titles=("账单争议", "Contest a bill"),
    ),
    Page(
        path=BILL + "lines.csv",
        name="bill_lines",
        view=bills.export,
        permission=permissions.VIEW_BILL,
        titles=("导出账单明细", "Export the lines"),
    ),
    Page(
        path=BILL + "bill.pdf",
        name="bill_paper",
        view=papers.bill_paper,
        permission=permissions.VIEW_BILL,
        titles=("账单 PDF", "The bill on paper"),
    ),
    Page(
        path=BILL + "again/",
        name="bill_again",
        view=bills.make_again,
        permission=permissions.REBILL,
        titles=("重出账单", "Make the bill again"),
    ),
    Page(
        path=BILL + "invoice/",
        name="bill_invoice",
        view=invoices.issue,
        permission=permissions.ISSUE_INVOICE,
        titles=("开具发票", "Issue an invoice"),
    ),
    Page(
        path=LINE + "events/",
        name="bill_events",
        view=events.show_events,
        permission=permissions.VIEW_BILL,
        titles=("批价明细", "Rated events"),
    ),
    Page(
        path=LINE + "events/<int:id>/",
        name="bill_event",
        view=events.explain_event,
        permission=permissions.VIEW_BILL,
        titles=("计费说明", "How it was priced"),
    ),
    Page(
        path="bill-runs/",
        name="bill_runs",
        view=runs.show_list,
        permission=permissions.VIEW_BILL,
        titles=("出账", "Bill runs"),
        icon="play_circle",
        group=BILLING,
    ),
    Page(
        path="bill-runs/start/",
        name="bill_run_start",
        view=runs.start,
        permission=permissions.RUN_BILLS,
        titles=("开始出账", "Start a run"),
    ),
    Page(
        path=RUN,
        name="bill_run",
        view=runs.show_one,
        permission=permissions.VIEW_BILL,
        titles=("出账批次", "Bill run"),
    ),
    Page(
        path=RUN + "state/",
        name="bill_run_state",
        view=runs.show_state,
        permission=permissions.VIEW_BILL,
        titles=("出账进度", "How far it is"),
    ),
    Page(
        path=RUN + "differences/",
        name="bill_run_differences",
        view=runs.show_differences,
        permission=permissions.VIEW_BILL,
        titles=("与上月差异", "Differences"),
    ),
    Page(
        path=RUN + "act/",
        name="bill_run_act",
        view=runs.act,
        permission=permissions.RUN_BILLS,
        titles=("出账操作", "Act on a run"),
    ),
    Page(
        path=RUN + "left-out/",
        name="bill_run_left_out",
        view=runs.bill_one,
        permission=permissions.REBILL,
        titles=("补出账", "Bill whom the run left out"),
    ),
    Page(
        path="invoices/",
        name="invoice_list",
        view=invoices.show_list,
        permission=permissions.VIEW_BILL,
        titles=("发票", "Invoices"),
        icon="request_quote",
        group=BILLING,
    ),
    Page(
        path=INVOICE,
        name="invoice",
        view=invoices.show_one,
        permission=permissions.VIEW_BILL,
        titles=("发票", "Invoice"),
    ),
    Page(
        path=INVOICE + "invoice.pdf",
        name="invoice_paper",
        view=papers.invoice_paper,
        permission=permissions.VIEW_BILL,
        titles=("发票 PDF", "The invoice on paper"),
    ),
    Page(
        path=INVOICE + "undo/",
        name="invoice_undo",
        view=invoices.undo,
        permission=permissions.ISSUE_INVOICE,
        titles=("红冲发票", "Undo an invoice"),
    ),
):
    boss_console.add_page(page)
show_subjects("bill", page="boss:bill", permission=permissions.VIEW_BILL)
