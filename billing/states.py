"""The words for what BOSS holds, and the arrows between them."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class CustomerKind(models.TextChoices):
    """A person or an organisation."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class CreditStanding(models.TextChoices):
    """信用状况: how a customer has paid so far."""

    GOOD = "good", "良好"
    WATCHED = "watched", "关注"
    BAD = "bad", "不良"


class ChargingMode(models.TextChoices):
    """When an account pays; it sits on the account."""

    PREPAID = "prepaid", "预付费"
    POSTPAID = "postpaid", "后付费"


class AccountStatus(models.TextChoices):
    """A closed account is charged no more; what it owes it still owes."""

    ACTIVE = "active", "正常"
    CLOSED = "closed", "已销户"


class SubscriberStatus(models.TextChoices):
    """用户状态; suspended means that the set of reasons is not empty."""

    PRE_ACTIVE = "pre_active", "预开通"
    ACTIVE = "active", "在用"
    SUSPENDED = "suspended", "停机"
    TERMINATED = "terminated", "已销户"


class SuspendReason(models.TextChoices):
    """停机原因; the network gets the strictest bar of those that hold."""

    VOLUNTARY = "voluntary", "申请停机"
    LOST = "lost", "挂失"
    ARREARS_ONE_WAY = "arrears_one_way", "单停"
    ARREARS_TWO_WAY = "arrears_two_way", "双停"
    FRAUD = "fraud", "涉诈停机"
    ADMINISTRATIVE = "administrative", "行政停机"


class SubscriptionStatus(models.TextChoices):
    """订购关系, TM Forum's words for a product (TMF637)."""

    CREATED = "created", "已创建"
    PENDING_ACTIVE = "pendingActive", "待生效"
    ACTIVE = "active", "生效"
    SUSPENDED = "suspended", "暂停"
    PENDING_TERMINATE = "pendingTerminate", "待终止"
    TERMINATED = "terminated", "已终止"
    CANCELLED = "cancelled", "已取消"
    ABORTED = "aborted", "已中止"


class OfferingKind(models.TextChoices):
    """What part an offering plays."""

    MAIN = "main", "主体产品"
    ADDON = "addon", "可选产品"
    BUNDLE = "bundle", "组合产品"


class TariffKind(models.TextChoices):
    """A rating tariff prices an event, an accounting tariff prices a period."""

    RATING = "rating", "计费资费"
    ACCOUNTING = "accounting", "账务资费"


class ReleaseState(models.TextChoices):
    """发布进度: how far a release has come in BOSS."""

    RECEIVED = "received", "待配置"  # tariffs and service functions are to be configured
    SYNCING = "syncing", "同步中"  # provisioning is told the commands
    CONFIGURED = "configured", "待发布"  # CRM knows, tests and approves
    LAUNCHED = "launched", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "被拒绝"


SUBSCRIPTION_ENDED = (
    SubscriptionStatus.TERMINATED,
    SubscriptionStatus.CANCELLED,
    SubscriptionStatus.ABORTED,
)

SUBSCRIBER_ARROWS = Arrows(
    {
        SubscriberStatus.PRE_ACTIVE: (SubscriberStatus.ACTIVE, SubscriberStatus.TERMINATED),
        SubscriberStatus.ACTIVE: (SubscriberStatus.SUSPENDED, SubscriberStatus.TERMINATED),
        SubscriberStatus.SUSPENDED: (SubscriberStatus.ACTIVE, SubscriberStatus.TERMINATED),
    }
)
_S = SubscriptionStatus
SUBSCRIPTION_ARROWS = Arrows(
    {
        _S.CREATED: (_S.PENDING_ACTIVE, _S.ACTIVE, _S.CANCELLED, _S.ABORTED),
        _S.PENDING_ACTIVE: (_S.ACTIVE, _S.CANCELLED, _S.ABORTED),
        _S.ACTIVE: (_S.SUSPENDED, _S.PENDING_TERMINATE, _S.TERMINATED, _S.CANCELLED),
        _S.SUSPENDED: (_S.ACTIVE, _S.PENDING_TERMINATE, _S.TERMINATED),
        _S.PENDING_TERMINATE: (_S.TERMINATED,),
    }
)
_R = ReleaseState
RELEASE_ARROWS = Arrows(
    {
        _R.RECEIVED: (_R.SYNCING, _R.WITHDRAWN),
        _R.SYNCING: (_R.CONFIGURED, _R.RECEIVED, _R.REFUSED, _R.WITHDRAWN),
        _R.CONFIGURED: (_R.LAUNCHED, _R.WITHDRAWN),
    }
)
RELEASE_CLOSED = (_R.LAUNCHED, _R.WITHDRAWN, _R.REFUSED)


class Usage(models.TextChoices):
    """What is used; ``one_off`` is a single thing that comes with its amount."""

    VOICE = "voice", "通话"
    SMS = "sms", "短信"
    MMS = "mms", "彩信"
    DATA = "data", "流量"
    CONTENT = "content", "内容"
    ONE_OFF = "one_off", "一次性"


class LedgerKind(models.TextChoices):
    """会计科目类别."""

    ASSET = "asset", "资产"
    LIABILITY = "liability", "负债"
    REVENUE = "revenue", "收入"
    EXPENSE = "expense", "费用"


class PeriodState(models.TextChoices):
    """会计期间; a closed one stays closed."""

    OPEN = "open", "开放"
    CLOSED = "closed", "已关闭"


class FigureKind(models.TextChoices):
    """What a month's figures are made of."""

    REVENUE = "revenue", "收入"
    USAGE = "usage", "使用量"


class EntryKind(models.TextChoices):
    """What a journal entry is about."""

    BILL = "bill", "出账"
    BILL_SUPERSEDED = "bill_superseded", "账单作废"
    PAYMENT = "payment", "缴费"
    PAYMENT_REVERSED = "payment_reversed", "返销"
    REFUND = "refund", "退款"
    WRITE_OFF = "write_off", "余额销账"
    WRITE_OFF_UNDONE = "write_off_undone", "销账撤销"
    CHARGE = "charge", "实时扣费"
    CHARGE_CORRECTED = "charge_corrected", "实时扣费更正"
    GIFT = "gift", "赠送"
    EXPIRY = "expiry", "余额失效"
    ADJUSTMENT = "adjustment", "调账"
    ADJUSTMENT_UNDONE = "adjustment_undone", "调账撤销"
    TRANSFER = "transfer", "余额转移"
    LATE_FEE = "late_fee", "违约金"
    BAD_DEBT = "bad_debt", "坏账核销"
    SUSPENSE = "suspense", "挂账"
    SUSPENSE_CLEARED = "suspense_cleared", "挂账处理"
    CASHIER_DIFFERENCE = "cashier_difference", "长短款"


class BookKind(models.TextChoices):
    """余额账本类型."""

    CASH = "cash", "现金"
    GIFT = "gift", "赠送"
    DEDICATED = "dedicated", "专用"


class ReservationState(models.TextChoices):
    """预占状态."""

    OPEN = "open", "预占中"
    DEBITED = "debited", "已扣减"
    RELEASED = "released", "已释放"
    EXPIRED = "expired", "已过期"


class UsageSource(models.TextChoices):
    """Where the records of a batch come from."""

    FILE = "file", "文件"
    API = "api", "接口"
    PREPAID = "prepaid", "实时计费"
    MENDED = "mended", "异常回收"
    RERATE = "rerate", "重新批价"


class BatchState(models.TextChoices):
    """话单批次状态."""

    LOADING = "loading", "入库中"
    LOADED = "loaded", "待批价"
    RATING = "rating", "批价中"
    RATED = "rated", "已批价"
    REFUSED = "refused", "被拒绝"


class QuarantineState(models.TextChoices):
    """异常话单状态."""

    OPEN = "open", "待处理"
    RECOVERED = "recovered", "已恢复"
    DISCARDED = "discarded", "已丢弃"


class CycleState(models.TextChoices):
    """账期状态; a run closes a cycle before it bills it."""

    OPEN = "open", "开放"
    CLOSED = "closed", "已关账"
    BILLED = "billed", "已出账"


class PartitionState(models.TextChoices):
    """分片状态."""

    WAITING = "waiting", "等待"
    DONE = "done", "完成"
    FAILED = "failed", "失败"


class RunKind(models.TextChoices):
    """出账类型."""

    TRIAL = "trial", "试算"
    FINAL = "final", "正式"
    REBILL = "rebill", "重出"


class RunState(models.TextChoices):
    """出账批次状态."""

    RUNNING = "running", "进行中"
    STOPPED = "stopped", "已暂停"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class BillState(models.TextChoices):
    """账单状态."""

    TRIAL = "trial", "试算"
    ISSUED = "issued", "已出账"
    SUPERSEDED = "superseded", "已被取代"


class DisputeState(models.TextChoices):
    """账单争议状态."""

    OPEN = "open", "处理中"
    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"


class LineKind(models.TextChoices):
    """账单明细类型, in the order in which a bill is reckoned."""

    RECURRING = "recurring", "周期费"
    ONE_OFF = "one_off", "一次性费用"
    USAGE = "usage", "使用费"
    PENALTY = "penalty", "违约金 (提前终止)"
    MINIMUM = "minimum", "最低消费补足"
    CAP = "cap", "封顶减免"
    DISCOUNT = "discount", "优惠"
    LATE_FEE = "late_fee", "违约金"
    CORRECTION = "correction", "更正"


class InvoiceState(models.TextChoices):
    """发票状态."""

    ISSUED = "issued", "已开具"
    UNDONE = "undone", "已红冲"
    RED = "red", "红字发票"


class PaymentMethod(models.TextChoices):
    """缴费方式."""

    CASH = "cash", "现金"
    CARD = "card", "刷卡"
    TRANSFER = "transfer", "转账"
    VOUCHER = "voucher", "充值卡"
    TOP_UP = "top_up", "充值"
    ONLINE = "online", "第三方支付"
    BANK_FILE = "bank_file", "银行代收"


class PaymentState(models.TextChoices):
    """缴费状态."""

    DONE = "done", "成功"
    REVERSED = "reversed", "已返销"


class AdjustmentState(models.TextChoices):
    """调账状态; one that waits for a second person is an approval request, not yet a row here."""

    DONE = "done", "已生效"
    REVERSED = "reversed", "已撤销"


class DayState(models.TextChoices):
    """日结状态."""

    OPEN = "open", "未日结"
    CLOSED = "closed", "已日结"
    CONFIRMED = "confirmed", "已复核"


class BankFileState(models.TextChoices):
    """银行文件状态."""

    POSTING = "posting", "入账中"
    DONE = "done", "完成"
    REFUSED = "refused", "被拒绝"


class BankLineState(models.TextChoices):
    """银行明细状态."""

    WAITING = "waiting", "待入账"
    PAID = "paid", "已入账"
    SUSPENSE = "suspense", "挂账"
    RETURNED = "returned", "已退回"
    REPEATED = "repeated", "重复"


class VoucherState(models.TextChoices):
    """充值卡状态."""

    ISSUED = "issued", "可用"
    USED = "used", "已用"
    VOID = "void", "作废"
