"""What can be permitted about billing; none of it is for channels."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_CUSTOMER = permission(
    "billing.view_billingcustomer", zh="查询计费客户", en="View billing customers"
)
VIEW_ACCOUNT = permission(
    "billing.view_billingaccount", zh="查询计费账户", en="View billing accounts"
)
VIEW_SUBSCRIBER = permission(
    "billing.view_billingsubscriber", zh="查询计费用户", en="View billing subscribers"
)
VIEW_SUBSCRIPTION = permission(
    "billing.view_billingsubscription", zh="查询计费订购关系", en="View billing subscriptions"
)
VIEW_PAYMENT_RELATION = permission(
    "billing.view_paymentrelation", zh="查询付费关系", en="View payment relations"
)
VIEW_OFFERING = permission(
    "billing.view_billingoffering", zh="查询计费产品", en="View billing offerings"
)
VIEW_TARIFF = permission("billing.view_billingtariff", zh="查询资费", en="View tariffs")
VIEW_RELEASE = permission("billing.view_release", zh="查询产品发布", en="View releases")
CONFIGURE_TARIFF = permission(
    "billing.configure_tariff",
    zh="配置资费与服务功能",
    en="Configure tariffs and service functions",
    limit=("折扣 %", "discount, %"),
)
VIEW_USAGE = permission("billing.view_usage", zh="查询话单", en="View usage", scope="usage.read")
LOAD_USAGE = permission(
    "billing.load_usage", zh="导入话单", en="Load usage files", scope="usage.write"
)
MEND_USAGE = permission(
    "billing.mend_quarantined_usage", zh="处理异常话单", en="Mend quarantined usage"
)
VIEW_BILL = permission("billing.view_bill", zh="查询账单", en="View bills", scope="bills.read")
RUN_BILLS = permission("billing.run_bills", zh="出账", en="Run bills")
DISPUTE = permission("billing.dispute_bill", zh="账单争议", en="Dispute bills", scope="bills.write")
BILL_ON_DEMAND = permission(
    "billing.bill_on_demand", zh="即时账单", en="Bills on demand", scope="bills.write"
)
REBILL = permission("billing.rebill", zh="重出账单", en="Make a bill again", limit=("元", "CNY"))
ISSUE_INVOICE = permission("billing.issue_invoice", zh="开具发票", en="Issue tax invoices")
VIEW_PAYMENT = permission(
    "billing.view_payment", zh="查询缴费", en="View payments", scope="payments.read"
)
TAKE_PAYMENT = permission(
    "billing.take_payment", zh="收费", en="Take payments", scope="payments.write"
)
REVERSE_PAYMENT = permission(
    "billing.reverse_payment", zh="返销缴费", en="Reverse payments", limit=("元", "CNY")
)
REFUND = permission(
    "billing.refund", zh="退款", en="Refund", scope="refunds.write", limit=("元", "CNY")
)
ADJUST = permission("billing.adjust", zh="调账", en="Adjust accounts", limit=("元", "CNY"))
CLOSE_DAY = permission("billing.close_cashier_day", zh="收款日结", en="Close a cashier's day")
CONFIRM_DAY = permission("billing.confirm_cashier_day", zh="复核日结", en="Confirm cashiers' days")
LOAD_BANK_FILE = permission("billing.load_bank_file", zh="导入银行文件", en="Load bank files")
ISSUE_VOUCHER = permission("billing.issue_voucher", zh="制作充值卡", en="Make vouchers")
CLEAR_SUSPENSE = permission("billing.clear_suspense", zh="处理挂账", en="Clear suspense")
VIEW_LEDGER = permission("billing.view_ledger", zh="查询总账", en="View the ledger")
CLOSE_PERIOD = permission("billing.close_period", zh="关闭会计期间", en="Close periods")
VIEW_BALANCE = permission(
    "billing.view_balance", zh="查询余额", en="View balances", scope="balances.read"
)
CHARGE_BALANCE = permission(
    "billing.charge_balance",
    zh="余额预占与扣减",
    en="Reserve and debit balances",
    scope="balances.write",
)
TRANSFER = permission(
    "billing.transfer_balance",
    zh="余额转移",
    en="Transfer balances",
    scope="balances.write",
    limit=("元", "CNY"),
)
GIVE_BALANCE = permission(
    "billing.give_balance", zh="赠送余额", en="Give balances", limit=("元", "CNY")
)
SIMULATE = permission("billing.simulate_bill", zh="账单模拟", en="Simulate bills")
VIEW_REVENUE = permission("billing.view_revenue", zh="查看收入分析", en="View revenue charts")
