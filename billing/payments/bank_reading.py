"""A bank's file of payments, read line by line: what it says and whether its totals agree.

Comma-separated text in UTF-8 or GB18030:

    H,ICBC,CNY                                             the bank's code and the currency
    D,20261120000017,AC000000018,58.50,20261119183000,王芳  serial, account, amount, paid at, payer
    T,1,58.50                                              lines and amount: the control totals

``paid at`` is in the operator's zone, or an instant with an offset (ISO 8601).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from billing.calendar import operator_zone
from billing.payments.money import AmountInvalid, PaidAtInvalid, minor_units, of_units, paid_when
from core.errors import DomainError

LONGEST_LINE = 2000
MOST_BYTES = 4 * LONGEST_LINE  # of one line, whatever its letters
LONGEST_BANK = 30  # a payment's source names it
_FORMS = ("%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y%m%d")


class BankFileRefused(DomainError):
    """The file cannot be taken as it is: which line says what is wrong."""

    code = "bankFileRefused"
    zh = "第 {line} 行: {why_zh}"
    en = "Line {line}: {why_en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPayment:
    """One line: a payment as the bank tells of it."""

    line_no: int
    serial: str
    account_text: str
    amount: Decimal
    paid_at: datetime
    payer: str


@dataclass(slots=True)
class BankFileReader:
    """Reads a file once, from its beginning: first its head, then each payment.

    Whatever is not as it should be raises ``BankFileRefused``; the totals are compared at the end.
    """

    stream: Iterable[bytes]
    at: datetime
    bank: str = ""
    currency: str = ""
    count: int = 0
    total: Decimal = field(default_factory=Decimal)
    line: int = 0
    units: int = 2
    _rows: Iterator[list[str]] = field(default_factory=lambda: iter(()))

    def read_head(self) -> None:
        """Read the header: whose file it is and in which currency."""
        self._rows = self._all_rows()
        self._head(next(self._rows, [""]))

    def payments(self) -> Iterator[ToldPayment]:
        """Yield every payment; the header has been read. Asks no database."""
        trailer = False
        for cells in self._rows:
            if trailer:
                raise self._refusal("总计行之后还有内容", "something follows the totals")
            if cells[0] == "D":
                yield self._payment(cells)
            elif cells[0] == "T":
                self._compare(cells)
                trailer = True
            else:
                raise self._refusal(
                    f"未知的行类型 {cells[0][:10]}", f"a line of no known kind, {cells[0][:10]}"
                )
        if not trailer:
            raise self._refusal("没有总计行, 文件不完整", "there are no totals, it is cut off")

    def _all_rows(self) -> Iterator[list[str]]:
        for text in self._texts():
            self.line += 1
            if len(text) > LONGEST_LINE or "\0" in text:
                raise self._refusal(
                    "该行过长或含非法字符", "it is too long or holds control characters"
                )
            try:
                cells = next(csv.reader([text], strict=True), [])
            except csv.Error:
                raise self._refusal("不是逗号分隔的文本", "it is no comma-separated text") from None
            if any(cells):
                yield [cell.strip() for cell in cells]

    def _texts(self) -> Iterator[str]:
        for raw in self.stream:
            if len(raw) > MOST_BYTES:
                self.line += 1
                raise self._refusal("该行过长", "it is too long")
            for encoding in ("utf-8-sig", "gb18030"):
                try:
                    yield raw.decode(encoding).rstrip("\r\n")
                    break
                except UnicodeDecodeError:
                    continue
            else:
                self.line += 1
                raise self._refusal("既非 UTF-8 也非 GB18030", "it is neither UTF-8 nor GB18030")

    def _head(self, cells: list[str]) -> None:
        if cells[0] != "H" or len(cells) != 3 or not cells[1] or len(cells[2]) != 3:
            raise self._refusal("应为文件头 H,银行,币种", "the header H,bank,currency is expected")
        if len(cells[1]) > LONGEST_BANK:
            raise self._refusal("银行代码过长", "the bank's code is too long")
        self.bank, self.currency = cells[1], cells[2].upper()
        self.units = minor_units(self.currency)

    def _payment(self, cells: list[str]) -> ToldPayment:
        if len(cells) not in (5, 6):
            raise self._refusal("应有 5 或 6 列", "five or six columns are expected")
        _, serial, account_text, amount, paid_at, *payer = cells
        if not 0 < len(serial) <= 80:
            raise self._refusal("缺少流水号或过长", "the serial number is missing or too long")
        try:
            value = of_units(amount, self.units)
        except AmountInvalid as wrong:
            raise self._refusal(wrong.zh, wrong.en) from None
        self.count += 1
        self.total += value
        return ToldPayment(
            line_no=self.line,
            serial=serial,
            account_text=account_text.upper()[:60],
            amount=value,
            paid_at=self._instant(paid_at),
            payer=payer[0][:200] if payer else "",
        )

    def _instant(self, text: str) -> datetime:
        for form in _FORMS:
            try:
                found = datetime.strptime(text, form).replace(tzinfo=operator_zone())
            except ValueError:
                continue
            return self._plausible(found)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = datetime.min  # noqa: DTZ901
        if found.tzinfo is None:
            raise self._refusal(f"时间 {text[:30]} 无法识别", f"{text[:30]} is no time of payment")
        return self._plausible(found)

    def _plausible(self, found: datetime) -> datetime:
        try:
            return paid_when(found, self.at)
        except PaidAtInvalid as wrong:
            raise self._refusal(wrong.zh, wrong.en) from None

    def _compare(self, cells: list[str]) -> None:
        try:
            told = (int(cells[1]), Decimal(cells[2]))
        except (IndexError, ValueError, ArithmeticError):
            told = (0, Decimal("NaN"))
        if not told[1].is_finite():
            raise self._refusal("应为 T,笔数,总额", "T,lines,amount is expected")
        if told != (self.count, self.total):
            raise self._refusal(
                f"总计 {told[0]} 笔 {told[1]}, 实为 {self.count} 笔 {self.total}",
                f"it tells of {told[0]} payments and {told[1]}, there are {self.count} and "
                f"{self.total}",
            )

    def _refusal(self, zh: str, en: str) -> BankFileRefused:
        return BankFileRefused(line=self.line, why_zh=zh, why_en=en, field="file")
