"""What is proven of the ledger: each proof is a statement that stands beside, under its name.

A statement gives, for everything it looks at, its ``name``, what is ``kept`` and what is
``reckoned`` from where that comes from, as arrays of the same ``parts``; where they differ,
something is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
Words = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One thing to be proven, in words of both languages, and the parts that are compared."""

    name: str
    words: Words
    parts: tuple[Words, ...]

    @property
    def statement(self) -> str:
        """The SQL that looks at everything there is of it."""
        return (FOLDER / f"{self.name}.sql").read_text()


def _proof(name: str, words: Words, *parts: Words) -> Proof:
    return Proof(name=name, words=words, parts=parts)


AMOUNT = ("金额", "amount")
PROOFS = (
    _proof(
        "entries",
        ("每笔分录借贷相等", "Entries balance"),
        ("借贷差", "difference"),
        ("两边齐全且币种一致", "both sides, one currency"),
    ),
    _proof(
        "instants",
        ("分录在其会计期间内", "Entries stand in their periods"),
        ("入账时间", "posted at"),
    ),
    _proof(
        "postings",
        ("分录行的归属齐全", "Postings belong somewhere"),
        ("分录", "entry"),
        ("科目", "ledger account"),
        ("账单", "bill"),
        ("账本", "book"),
    ),
    _proof(
        "reversals",
        ("冲销与原分录相反", "Reversals are opposites"),
        ("差额", "difference"),
    ),
    _proof(
        "periods",
        ("已关闭期间未被改动", "Closed periods are as they were"),
        ("借方", "debits"),
        ("贷方", "credits"),
        ("行数", "rows"),
    ),
    _proof(
        "books",
        ("余额等于分录之和", "Balances are sums of postings"),
        ("余额", "balance"),
        ("错记的分录行", "postings elsewhere"),
        ("预占", "reserved"),
    ),
    _proof(
        "reservations",
        ("预占均已结束或有效", "Reservations end"),
        ("过期未结束", "over, yet open"),
        ("已扣减", "debited"),
    ),
    _proof(
        "charges",
        ("实时扣费等于账本支出", "Charges came out of books"),
        ("分录", "postings"),
        ("账本", "books"),
    ),
    _proof("fees", ("预付费用等于其扣费", "Prepaid fees are sums of charges"), ("已付", "paid")),
    _proof(
        "bill_lines",
        ("账单等于明细之和", "Bills are sums of lines"),
        ("费用", "charges"),
        ("优惠", "discounts"),
        ("税额", "tax"),
        ("合计", "total"),
        ("已付", "paid before"),
    ),
    _proof("lines", ("明细只舍入一次", "Lines are rounded once"), AMOUNT),
    _proof(
        "receivables",
        ("账单未销等于应收", "Open amounts are receivables"),
        ("总账应收", "ledger"),
        ("销账后剩余", "after write-offs"),
        ("出账分录", "posted"),
        ("转入余额", "to the balance"),
    ),
    _proof("one_bill", ("每账户每账期一张账单", "One bill a cycle"), ("张数", "bills")),
    _proof(
        "bill_entries",
        ("出账分录都有账单", "Bill entries have bills"),
        ("账单", "bill"),
        ("作废冲销", "opposite"),
    ),
    _proof(
        "allocations",
        ("销账等于应收的减少", "Write-offs are what receivables lost"),
        AMOUNT,
    ),
    _proof(
        "undone", ("撤销与原销账相反", "Undone write-offs are opposites"), AMOUNT, ("账单", "bill")
    ),
    _proof(
        "payments",
        ("缴费等于销账加余额", "Payments are write-offs and balances"),
        ("分录", "posted"),
        ("销账加余额", "write-offs and balance"),
        ("返销", "reversed"),
    ),
    _proof(
        "adjustments",
        ("调账等于其分录", "Adjustments are posted"),
        ("分录", "posted"),
        ("销账", "written off"),
        ("撤销", "undone"),
    ),
    _proof("suspense", ("挂账等于待处理明细", "Suspense is what waits"), AMOUNT),
    _proof("batches", ("批次话单数", "Batches hold their records"), ("话单数", "records")),
    _proof(
        "usage",
        ("话单只计费一次或待处理", "Usage is charged once, or waits"),
        ("有结果", "accounted for"),
        ("更正后仍计费", "charged though corrected"),
        ("计费之和", "sum of charges"),
        ("批价次数", "ratings"),
    ),
    _proof(
        "usage_charges",
        ("使用费等于批价之和", "Usage charges are sums of events"),
        AMOUNT,
        ("应付内容提供方", "provider's share"),
        ("实时已扣", "paid at once"),
    ),
    _proof("buckets", ("套餐已用量", "Allowances used"), ("已用", "used")),
    _proof("billed_usage", ("使用费全部出账一次", "Usage is billed, once"), AMOUNT),
)
