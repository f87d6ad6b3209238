"""银行回盘文件: taken whole or not at all, then paid line by line, thousands in a statement.

A file is read and its totals compared before anything of it is kept. Its lines then wait in a
state; a worker takes the next of them, pays what it can and puts the rest in suspense, all in one
transaction: a worker that dies leaves the lines waiting.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.db import connections, transaction
from django.db.models import Count, Sum

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import open_period
from billing.models import BankFile, BankLine, BillingAccount, Payment
from billing.payments.bank_reading import MOST_BYTES, BankFileReader, BankFileRefused
from billing.payments.parties import lock_accounts
from billing.payments.posting import post_payments
from billing.payments.taking import content_digest
from billing.states import BankFileState, BankLineState, EntryKind, PaymentMethod, PaymentState
from core.numbers import PAYMENT, format_number
from core.systems import System

PORTION = 2000  # lines that one transaction pays
SERIAL_TAKEN = "serial_taken"  # why a line waits: its serial stands for other money
Told = tuple[str, Decimal, str]  # account, amount and currency: what a repetition has, too
_COLUMNS = ("file_id", "line_no", "serial", "account_text", "payer", "currency", "amount",
            "paid_at", "state", "reason")  # fmt: skip


def load_bank_file(
    *, name: str, content: bytes | IO[bytes], actor: Actor, at: datetime
) -> BankFile:
    """Take a bank's file: its payments wait to be posted, or it is refused as a whole.

    The same content again is the same file. A file that cannot be taken is kept as refused, with
    the line and the reason, and nothing of it is paid.
    """
    require(actor, permissions.LOAD_BANK_FILE)
    stream = _Counted(io.BytesIO(content) if isinstance(content, bytes) else content)
    refused: BankFileRefused | None = None
    with transaction.atomic(using=System.BOSS.alias):
        file = BankFile.objects.create(
            name=name[:255],
            digest=f"{actor.number}/{at.isoformat()}"[:64],
            bank="",
            state=BankFileState.POSTING,
            received_at=at,
            received_by=actor.number,
        )
        reader = BankFileReader(stream, at)
        try:
            with transaction.atomic(using=System.BOSS.alias):
                _copy_lines(file, reader)
        except BankFileRefused as refusal:
            refused = refusal
            stream.exhaust()
        known = _of_digest(stream.digest)
        if known is not None:
            BankLine.objects.filter(file=file).delete()
            file.delete()
            return known
        file.digest = stream.digest
        file.bank = reader.bank
        file.told = {
            "count": reader.count, "amount": str(reader.total), "currency": reader.currency,
        }  # fmt: skip
        if refused is not None:
            file.state, file.done_at = BankFileState.REFUSED, at
            file.cause_zh, file.cause_en = refused.zh, refused.en
        file.save()
        record(
            *(System.BOSS, actor, permissions.LOAD_BANK_FILE, f"bank_file:{file.pk}"),
            at=at,
            after={"name": file.name, "state": file.state, "told": file.told},
        )
    return file


def _of_digest(digest: str) -> BankFile | None:
    """Return the file of that content; who hands the same one in just now waits for it."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    return BankFile.objects.filter(digest=digest).first()


def post_bank_files(*, actor: Actor, at: datetime) -> int:
    """Pay the next portion of lines that wait, of the file that came first; return how many."""
    file_id = (
        BankFile.objects.filter(state=BankFileState.POSTING)
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    )
    return 0 if file_id is None else post_portion(file_id=file_id, actor=actor, at=at)


def post_portion(*, file_id: int, actor: Actor, at: datetime, portion: int = PORTION) -> int:
    """Pay the next lines of a file, or put them in suspense, and finish it when none waits.

    A line is paid to the account whose number it states, in that account's currency; what names
    no account goes into suspense, and so does what has a serial number that the bank has given
    to other money. What was told before moves nothing.
    """
    with transaction.atomic(using=System.BOSS.alias):
        file = BankFile.objects.select_for_update(no_key=True).get(pk=file_id)
        lines = list(
            BankLine.objects.filter(file=file, state=BankLineState.WAITING).order_by("line_no")[
                :portion
            ]
        )
        if lines:
            _post(file, lines, actor, at)
        if len(lines) < portion and file.state == BankFileState.POSTING:
            _finish(file, at)
    return len(lines)


def _post(file: BankFile, lines: Sequence[BankLine], actor: Actor, at: datetime) -> None:
    fresh = _without_repeated(lines)
    accounts = {
        one.account_no: one
        for one in BillingAccount.objects.filter(
            account_no__in={line.account_text for line in fresh}
        )
    }
    paid: list[BankLine] = []
    strange: list[BankLine] = []
    for line in fresh:
        account = accounts.get(line.account_text)
        if line.reason:
            pass  # somebody has to look at it
        elif account is None:
            line.reason = "account_unknown"
        elif account.currency != line.currency:
            line.reason = "currency"
        (strange if line.reason else paid).append(line)
    if paid:
        lock_accounts({accounts[line.account_text].pk for line in paid})
        payments = _payments(paid, accounts, f"bank:{file.bank}", actor, at)
        post_payments(payments, actor=actor, at=at)
        for line, payment in zip(paid, payments, strict=True):
            line.state, line.payment_id = BankLineState.PAID, payment.pk
    if strange:
        hold_in_suspense(strange, actor=actor, at=at)
    _keep(lines)


def hold_in_suspense(lines: Sequence[BankLine], *, actor: Actor, at: datetime) -> None:
    """Post what nobody's account takes: the bank has it, and we owe it to somebody."""
    for line in lines:
        line.state = BankLineState.SUSPENSE
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _SUSPEND,
            {
                "lines": [line.pk for line in lines],
                "amounts": [line.amount for line in lines],
                "currencies": [line.currency for line in lines],
                "kind": EntryKind.SUSPENSE.value,
                "bank": int(Ledger.BANK),
                "suspense": int(Ledger.SUSPENSE),
                "period": open_period(at),
                "at": at,
                "actor_kind": actor.kind,
                "actor_number": actor.number,
            },
        )


def _keep(lines: Sequence[BankLine]) -> None:
    """Write what became of lines, with one statement however many they are."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "lines": [line.pk for line in lines],
                "states": [str(line.state) for line in lines],
                "reasons": [line.reason for line in lines],
                "payments": [line.payment_id for line in lines],
            },
        )


def _without_repeated(lines: Sequence[BankLine]) -> list[BankLine]:
    """Mark the lines that were told before, here or in this file; return the others.

    A serial that was told of other money is no repetition: that line waits for a person.
    """
    told: dict[str, dict[Told, int | None]] = defaultdict(dict)
    before = BankLine.objects.filter(
        file__bank=lines[0].file.bank,
        serial__in={line.serial for line in lines},
        state__in=(BankLineState.PAID, BankLineState.SUSPENSE, BankLineState.RETURNED),
    )
    for line in before:
        told[line.serial][_told(line)] = line.payment_id
    fresh = []
    for line in lines:
        known = told[line.serial]
        if _told(line) in known:
            line.state, line.reason = BankLineState.REPEATED, "repeated"
            line.payment_id = known[_told(line)]
            continue
        if known:
            line.reason = SERIAL_TAKEN
        known[_told(line)] = None
        fresh.append(line)
    return fresh


def _told(line: BankLine) -> Told:
    return line.account_text, line.amount, line.currency


def _payments(
    lines: Sequence[BankLine],
    accounts: dict[str, BillingAccount],
    source: str,
    actor: Actor,
    at: datetime,
) -> list[Payment]:
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("SELECT nextval('payment_no_seq') FROM generate_series(1, %s)", [len(lines)])
        numbers = [row[0] for row in cursor.fetchall()]
    return Payment.objects.bulk_create(
        Payment(
            payment_no=format_number(PAYMENT, System.BOSS, number),
            account=accounts[line.account_text],
            method=PaymentMethod.BANK_FILE,
            source=source,
            reference=line.serial,
            content_digest=content_digest(
                line.account_text, PaymentMethod.BANK_FILE, line.amount, line.currency
            ),
            currency=line.currency,
            amount=line.amount,
            state=PaymentState.DONE,
            paid_at=line.paid_at,
            recorded_at=at,
            operator_no=actor.number if actor.kind == "operator" else "",
        )
        for line, number in zip(lines, numbers, strict=True)
    )


def _copy_lines(file: BankFile, reader: BankFileReader) -> None:
    reader.read_head()
    with connections[System.BOSS.alias].cursor() as cursor:
        statement = f"COPY billing_bankline ({', '.join(_COLUMNS)}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for one in reader.payments():
                copy.write_row(
                    (file.pk, one.line_no, one.serial, one.account_text, one.payer,
                     reader.currency, one.amount, one.paid_at, "waiting", "")
                )  # fmt: skip


def _finish(file: BankFile, at: datetime) -> None:
    rows: Any = (
        BankLine.objects.filter(file=file)
        .values_list("state")
        .annotate(count=Count("pk"), amount=Sum("amount"))
        .order_by()
    )
    file.counts = {
        state: {"count": number, "amount": str(amount or Decimal())}
        for state, number, amount in rows
    }
    file.state, file.done_at = BankFileState.DONE, at
    file.save(update_fields=["counts", "state", "done_at"])


class _Counted:
    """The lines of a stream, digested as they are read; one that is too long comes in pieces."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        while line := self._stream.readline(MOST_BYTES + 1):
            self._digest.update(line)
            yield line

    def exhaust(self) -> None:
        """Read the rest, so that the digest is the whole file's."""
        while piece := self._stream.read(1 << 20):
            self._digest.update(piece)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


_KEEP = """
UPDATE billing_bankline l SET state = now.state, reason = now.reason, payment_id = now.payment_id
FROM unnest(%(lines)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(payments)s::bigint[])
     AS now (id, state, reason, payment_id)
WHERE l.id = now.id
"""
_SUSPEND = """
WITH held AS MATERIALIZED (
    SELECT *, nextval(pg_get_serial_sequence('billing_journalentry', 'id')) AS entry_id
    FROM unnest(%(lines)s::bigint[], %(amounts)s::numeric[], %(currencies)s::text[])
         AS given (line_id, amount, currency)
),
entry AS (
    INSERT INTO billing_journalentry
        (id, kind, source_kind, source_no, period_id, posted_at, currency, reason, actor_kind,
         actor_number)
    SELECT entry_id, %(kind)s, 'bank_line', line_id::text, %(period)s, %(at)s, currency, '',
           %(actor_kind)s, %(actor_number)s
    FROM held
)
INSERT INTO billing_posting (entry_id, ledger_id, amount, currency)
SELECT entry_id, %(bank)s, amount, currency FROM held
UNION ALL
SELECT entry_id, %(suspense)s, -amount, currency FROM held
"""
