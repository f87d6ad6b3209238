"""The finance people's pages: journal, balances, periods, proofs, and what the months came to."""

from __future__ import annotations

from auth_center.consoles import boss_console
from billing import permissions
from billing.pages.ledger import balance, journal, periods, proofs
from billing.pages.ledger import revenue as revenue  # it shares words with the bills' pages
from core.console import Page

LEDGER = ("总账", "Ledger")

for page in (
    Page(
        path="revenue/",
        name="revenue",
        view=revenue.show,
        permission=permissions.VIEW_REVENUE,
        titles=("收入分析", "Revenue"),
        icon="monitoring",
        group=LEDGER,
    ),
    Page(
        path="revenue.csv",
        name="revenue_export",
        view=revenue.export,
        permission=permissions.VIEW_REVENUE,
        titles=("导出收入分析", "Export revenue"),
    ),
    Page(
        path="revenue/refresh/",
        name="revenue_refresh",
        view=revenue.refresh,
        permission=permissions.VIEW_REVENUE,
        titles=("重新汇总", "Reckon anew"),
    ),
    Page(
        path="journal/",
        name="journal",
        view=journal.show_list,
        permission=permissions.VIEW_LEDGER,
        titles=("会计分录", "Journal"),
        icon="book",
        group=LEDGER,
    ),
    Page(
        path="journal.csv",
        name="journal_export",
        view=journal.export,
        permission=permissions.VIEW_LEDGER,
        titles=("导出会计分录", "Export the journal"),
    ),
    Page(
        path="journal/<int:id>/",
        name="journal_entry",
        view=journal.show_entry,
        permission=permissions.VIEW_LEDGER,
        titles=("会计分录", "Journal entry"),
    ),
    Page(
        path="trial-balance/",
        name="trial_balance",
        view=balance.show,
        permission=permissions.VIEW_LEDGER,
        titles=("科目余额表", "Trial balance"),
        icon="balance",
        group=LEDGER,
    ),
    Page(
        path="trial-balance.csv",
        name="trial_balance_export",
        view=balance.export,
        permission=permissions.VIEW_LEDGER,
        titles=("导出科目余额表", "Export the trial balance"),
    ),
    Page(
        path="accounting-periods/",
        name="accounting_periods",
        view=periods.show_list,
        permission=permissions.VIEW_LEDGER,
        titles=("会计期间", "Accounting periods"),
        icon="lock_clock",
        group=LEDGER,
    ),
    Page(
        path="accounting-periods/<str:code>/close/",
        name="accounting_period_close",
        view=periods.close,
        permission=permissions.CLOSE_PERIOD,
        titles=("关闭会计期间", "Close a period"),
    ),
    Page(
        path="ledger-proof/",
        name="ledger_proof",
        view=proofs.show,
        permission=permissions.VIEW_LEDGER,
        titles=("总账核对", "Proof of the ledger"),
        icon="fact_check",
        group=LEDGER,
    ),
    Page(
        path="ledger-proof/found/",
        name="ledger_proof_found",
        view=proofs.show_found,
        permission=permissions.VIEW_LEDGER,
        titles=("核对结果", "What was found"),
    ),
    Page(
        path="ledger-proof/start/",
        name="ledger_proof_start",
        view=proofs.start,
        permission=permissions.CLOSE_PERIOD,
        titles=("立即核对", "Prove now"),
    ),
):
    boss_console.add_page(page)
