"""The cashiers' pages: the desk, payments, banks' files, suspense and days."""

from __future__ import annotations

from auth_center.consoles import boss_console
from auth_center.pages.approvals_words import show_subjects
from billing import permissions
from billing.pages.payments import adjustments, banks, days, desk, taken, vouchers
from core.console import Page

MONEY = ("收费", "Payments")
ACCOUNT = "desk/<number:account_no>/"
PAYMENT = "payments/<number:payment_no>/"
ADJUSTMENT = "adjustments/<number:adjustment_no>/"

for page in (
    Page(
        path="desk/",
        name="desk_find",
        view=desk.find,
        permission=permissions.TAKE_PAYMENT,
        titles=("收费", "Payment desk"),
        icon="point_of_sale",
        group=MONEY,
    ),
    Page(
        path=ACCOUNT,
        name="desk",
        view=desk.serve,
        permission=permissions.TAKE_PAYMENT,
        titles=("收费", "Payment desk"),
    ),
    Page(
        path=ACCOUNT + "adjust/",
        name="desk_adjust",
        view=desk.adjust,
        permission=permissions.ADJUST,
        titles=("调账", "Adjustment"),
    ),
    Page(
        path=ACCOUNT + "refund/",
        name="desk_refund",
        view=desk.refund,
        permission=permissions.REFUND,
        titles=("退款", "Refund"),
    ),
    Page(
        path="payments/",
        name="payment_list",
        view=taken.show_list,
        permission=permissions.VIEW_PAYMENT,
        titles=("缴费记录", "Payments"),
        icon="receipt_long",
        group=MONEY,
    ),
    Page(
        path="payments/export/",
        name="payment_export",
        view=taken.export,
        permission=permissions.VIEW_PAYMENT,
        titles=("导出缴费记录", "Export payments"),
    ),
    Page(
        path=PAYMENT,
        name="payment",
        view=taken.show_one,
        permission=permissions.VIEW_PAYMENT,
        titles=("缴费", "Payment"),
    ),
    Page(
        path=PAYMENT + "receipt/",
        name="payment_receipt",
        view=taken.receipt_pdf,
        permission=permissions.VIEW_PAYMENT,
        titles=("收据", "Receipt"),
    ),
    Page(
        path=PAYMENT + "reverse/",
        name="payment_reverse",
        view=taken.reverse,
        permission=permissions.REVERSE_PAYMENT,
        titles=("返销", "Reversal"),
    ),
    Page(
        path="adjustments/",
        name="adjustment_list",
        view=adjustments.show_list,
        permission=permissions.VIEW_PAYMENT,
        titles=("调账记录", "Adjustments"),
        icon="tune",
        group=MONEY,
    ),
    Page(
        path="adjustments/export/",
        name="adjustment_export",
        view=adjustments.export,
        permission=permissions.VIEW_PAYMENT,
        titles=("导出调账记录", "Export adjustments"),
    ),
    Page(
        path=ADJUSTMENT,
        name="adjustment",
        view=adjustments.show_one,
        permission=permissions.VIEW_PAYMENT,
        titles=("调账", "Adjustment"),
    ),
    Page(
        path=ADJUSTMENT + "reverse/",
        name="adjustment_reverse",
        view=adjustments.reverse,
        permission=permissions.ADJUST,
        titles=("撤销调账", "Undo an adjustment"),
    ),
    Page(
        path="vouchers/",
        name="voucher_list",
        view=vouchers.show_list,
        permission=permissions.ISSUE_VOUCHER,
        titles=("充值卡", "Vouchers"),
        icon="redeem",
        group=MONEY,
    ),
    Page(
        path="vouchers/issue/",
        name="voucher_issue",
        view=vouchers.issue,
        permission=permissions.ISSUE_VOUCHER,
        titles=("制作充值卡", "Make vouchers"),
    ),
    Page(
        path="vouchers/void/",
        name="voucher_void",
        view=vouchers.void,
        permission=permissions.ISSUE_VOUCHER,
        titles=("作废充值卡", "Void vouchers"),
    ),
    Page(
        path="bank-files/",
        name="bank_files",
        view=banks.show_files,
        permission=permissions.LOAD_BANK_FILE,
        titles=("银行文件", "Bank files"),
        icon="account_balance",
        group=MONEY,
    ),
    Page(
        path="bank-files/<int:file_id>/",
        name="bank_file",
        view=banks.show_file,
        permission=permissions.LOAD_BANK_FILE,
        titles=("银行文件", "Bank file"),
    ),
    Page(
        path="bank-files/<int:file_id>/progress/",
        name="bank_file_progress",
        view=banks.show_progress,
        permission=permissions.LOAD_BANK_FILE,
        titles=("入账进度", "How far it is"),
    ),
    Page(
        path="suspense/",
        name="suspense",
        view=banks.show_suspense,
        permission=permissions.CLEAR_SUSPENSE,
        titles=("挂账处理", "Suspense"),
        icon="help_center",
        group=MONEY,
    ),
    Page(
        path="cashier-day/",
        name="cashier_day",
        view=days.show_mine,
        permission=permissions.CLOSE_DAY,
        titles=("收款日结", "Close my day"),
        icon="event_available",
        group=MONEY,
    ),
    Page(
        path="cashier-days/",
        name="cashier_days",
        view=days.show_all,
        permission=permissions.CONFIRM_DAY,
        titles=("日结复核", "Cashiers' days"),
        icon="fact_check",
        group=MONEY,
    ),
    Page(
        path="cashier-days/confirm/",
        name="cashier_day_confirm",
        view=days.confirm,
        permission=permissions.CONFIRM_DAY,
        titles=("复核日结", "Confirm a day"),
    ),
):
    boss_console.add_page(page)
show_subjects("payment", page="boss:payment", permission=permissions.VIEW_PAYMENT)
show_subjects("account", page="boss:desk", permission=permissions.TAKE_PAYMENT)
