"""A bank's file is taken whole or not at all; what names no account waits in suspense."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from billing.ledger.chart import Ledger
from billing.models import BankFile, BankLine, Payment
from billing.payments import reverse_payment
from billing.payments.bank_files import load_bank_file, post_bank_files, post_portion
from billing.payments.parties import AccountUnknown
from billing.payments.reasons import ReasonMissing
from billing.payments.suspense import NotInSuspense, assign_suspense, return_suspense
from tests.integration.billing.payments.world import (
    AT,
    account,
    balance,
    bill,
    clerk,
    ledger,
    money,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


def file_of(*lines: str, totals: str = "", bank: str = "ICBC", encoding: str = "utf-8") -> bytes:
    """A file with these payments and the totals that belong to them."""
    amount = sum((Decimal(line.split(",")[2]) for line in lines), Decimal())
    trailer = totals or f"T,{len(lines)},{amount}"
    return "\r\n".join([f"H,{bank},CNY", *(f"D,{line}" for line in lines), trailer, ""]).encode(
        encoding
    )


def load(content: bytes, name: str = "icbc.csv") -> BankFile:
    return load_bank_file(name=name, content=content, actor=clerk(), at=AT)


def post_all() -> None:
    while post_bank_files(actor=clerk(), at=AT):
        pass


def states(file: BankFile) -> Counter[str]:
    return Counter(BankLine.objects.filter(file=file).values_list("state", flat=True))


def test_each_line_pays_the_account_it_names_and_the_others_wait() -> None:
    wang, li = account("AC000000018"), account("AC000000026")
    owed = bill(wang, {"voice": "30"})
    file = load(
        file_of(
            "S1,AC000000018,20,20261119183000,王芳",
            "S2,ac000000026 ,5.50,2026-11-19T10:00:00+08:00,李雷",
            "S3,AC999999999,7,20261119,无名",
            "S4,AC000000018,15,20261119183000",
            "S1,AC000000018,20,20261119183000,王芳",
        )
    )
    assert (file.state, states(file)) == ("posting", {"waiting": 5})

    post_all()

    file.refresh_from_db()
    assert (file.state, states(file)) == ("done", {"paid": 3, "suspense": 1, "repeated": 1})
    assert file.counts["paid"] == {"count": 3, "amount": "40.500000"}
    assert (open_amounts(owed), balance(wang), balance(li)) == ([money(0)], 5, money("5.5"))
    assert (ledger(Ledger.BANK), ledger(Ledger.SUSPENSE)) == (money("47.5"), -7)
    assert wrong() == []


def test_the_same_file_again_is_the_same_file() -> None:
    account("AC000000018")
    content = file_of("S1,AC000000018,20,20261119183000")
    first = load(content)
    post_all()
    assert load(content, "again.csv").pk == first.pk
    post_all()
    assert (Payment.objects.count(), BankFile.objects.count()) == (1, 1)


def test_a_serial_told_in_another_file_moves_nothing() -> None:
    wang = account("AC000000018")
    load(file_of("S1,AC000000018,20,20261119183000", "S9,AC1,1,20261119"))
    post_all()
    later = load(
        file_of("S1,AC000000018,20,20261119183000", "S9,AC1,1,20261119", "S2,AC1,2,20261119")
    )
    post_all()
    assert states(later) == {"repeated": 2, "suspense": 1}
    assert (balance(wang), ledger(Ledger.SUSPENSE)) == (20, -3)
    assert wrong() == []


def test_a_serial_that_stands_for_other_money_waits_for_a_person() -> None:
    wang, li = account("AC000000018"), account("AC000000026")
    load(file_of("S1,AC000000018,20,20261119", "S1,AC000000018,21,20261119"))
    load(
        file_of(
            "S1,AC000000026,20,20261119", "S1,AC000000018,21,20261119", "S2,AC000000026,3,20261119"
        )
    )
    post_all()

    assert [(one.state, one.reason) for one in BankLine.objects.order_by("pk")] == [
        ("paid", ""), ("suspense", "serial_taken"), ("suspense", "serial_taken"),
        ("repeated", "repeated"), ("paid", ""),
    ]  # fmt: skip
    assert (balance(wang), balance(li)) == (20, 3)
    assert (ledger(Ledger.BANK), ledger(Ledger.SUSPENSE)) == (64, -41)
    for line, owner in zip(BankLine.objects.filter(state="suspense"), (wang, li), strict=True):
        assign_suspense(line_id=line.pk, account_no=owner.account_no, actor=clerk(), at=AT)
    assert (balance(wang), balance(li), ledger(Ledger.SUSPENSE)) == (41, 23, 0)
    assert wrong() == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (file_of("S1,AC000000018,20,20261119", totals="T,2,20"), 3),
        (file_of("S1,AC000000018,20,20261119", totals="T,1,20.01"), 3),
        (file_of("S1,AC000000018,20,20261119", totals="T,1"), 3),
        (file_of("S1,AC000000018,20,20261119", totals="T,1,sNaN"), 3),
        (file_of("S1,AC000000018,20,20261119", totals="T,1,Infinity"), 3),
        (file_of("S1,AC000000018,20,20261119", bank="I" * 31), 1),
        (file_of("S1,AC000000018,20,20261119")[:-8], 2),
        (b"H,ICBC,CNY\nD,S1,AC1,20,20261119\n", 2),
        (file_of("S1,AC000000018,20,someday"), 2),
        (file_of("S1,AC000000018,20,00010101"), 2),
        (file_of("S1,AC000000018,20,99991231"), 2),
        (file_of("S1,AC000000018,20,0001-01-01T00:00:00+14:00"), 2),
        (file_of("S1,AC000000018,20,20270101"), 2),
        (file_of("S1,AC000000018,NaN,20261119", totals="T,1,0"), 2),
        (file_of("S1,AC000000018,-5,20261119", totals="T,1,-5"), 2),
        (file_of("S1,AC000000018,0.005,20261119", totals="T,1,0"), 2),
        (file_of("S1,AC000000018,99999999999999,20261119", totals="T,1,0"), 2),
        (file_of(",AC000000018,5,20261119", totals="T,1,5"), 2),
        (b"H,ICBC,CNY\nX,1\n", 2),
        (b"D,S1,AC1,5,20261119\n", 1),
        (b"H,ICBC,CNY\n\xff\xff\xff\xff\nT,0,0\n", 2),
        (b"H,ICBC,CNY\nD," + b"9" * 100_000, 2),
        (b"H,ICBC,CNY\nT,0,0\nD,S1,AC1,5,20261119\n", 3),
        (b"", 0),
        (b"\x00\x01\x02", 1),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_whole(content: bytes, line: int) -> None:
    account("AC000000018")
    file = load(content)
    post_all()
    assert (file.state, states(file)) == ("refused", {})
    assert file.cause_en.startswith(f"Line {line}: ")
    assert not Payment.objects.exists()
    assert load(content).pk == file.pk


def test_a_file_in_gb18030_is_read() -> None:
    account("AC000000018")
    file = load(file_of("S1,AC000000018,20,20261119,王芳", encoding="gb18030"))
    assert BankLine.objects.get(file=file).payer == "王芳"


def test_portions_make_no_difference() -> None:
    owners = [account(f"AC0000{number:05d}") for number in range(7)]
    bills = [bill(one, {"voice": "10"}) for one in owners]
    file = load(
        file_of(*(f"S{i},{one.account_no},{8 + i},20261119" for i, one in enumerate(owners)))
    )
    while post_portion(file_id=file.pk, actor=clerk(), at=AT, portion=3):
        pass
    assert open_amounts(*bills) == [2, 1, 0, 0, 0, 0, 0]
    assert [balance(one) for one in owners] == [0, 0, 0, 1, 2, 3, 4]
    file.refresh_from_db()
    assert file.state == "done"
    assert wrong() == []


def test_a_person_gives_suspense_to_an_account_or_sends_it_back() -> None:
    wang = account("AC000000018")
    owed = bill(wang, {"voice": "30"})
    load(file_of("S1,13800138000,20,20261119,王芳", "S2,AC1,9,20261119"))
    post_all()
    first, second = BankLine.objects.order_by("line_no")

    with pytest.raises(AccountUnknown):
        assign_suspense(line_id=first.pk, account_no="AC1", actor=clerk(), at=AT)
    with pytest.raises(ReasonMissing):
        return_suspense(line_id=second.pk, reason="", actor=clerk(), at=AT)
    paid = assign_suspense(line_id=first.pk, account_no=wang.account_no, actor=clerk(), at=AT)
    return_suspense(line_id=second.pk, reason="查无此户", actor=clerk(), at=AT)
    for line in (first, second):
        with pytest.raises(NotInSuspense):
            assign_suspense(line_id=line.pk, account_no=wang.account_no, actor=clerk(), at=AT)

    assert (open_amounts(owed), ledger(Ledger.SUSPENSE)) == ([money(10)], 0)
    assert ledger(Ledger.BANK) == 20
    assert wrong() == []
    reverse_payment(
        payment_no=paid.payment_no, reason="认错", actor=clerk(), at=AT + timedelta(hours=1)
    )
    assert (open_amounts(owed), ledger(Ledger.BANK)) == ([money(30)], 0)
    assert BankLine.objects.get(pk=first.pk).state == "returned"
    assert wrong() == []
