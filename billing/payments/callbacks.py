"""第三方支付通知: a payment service tells of a payment, signed and as often as it likes.

It signs ``<timestamp>.<body>`` with the secret it shares with us (``PAYMENT_CALLBACK_SECRETS``):
HMAC-SHA256, in hexadecimal; the timestamp, in seconds, is at most five minutes from ours.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Annotated

import msgspec
from django.conf import settings

from auth_center.actors import Actor
from billing.models import Payment
from billing.payments.taking import take_permitted
from billing.permissions import TAKE_PAYMENT
from billing.states import PaymentMethod
from core.errors import DomainError, NotFound

VALID_SECONDS = 300
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


class SourceUnknown(NotFound):
    """We share no secret with a payment service of this name."""

    code = "paymentSourceUnknown"
    zh = "未知的支付渠道"
    en = "There is no such payment service"


class SignatureRefused(DomainError):
    """The signature is not that of the payment service, or it is too old."""

    status = 401
    code = "signatureRefused"
    zh = "签名无效或已过期"
    en = "The signature is not valid or too old"


class CallbackMalformed(DomainError):
    """What was told is no payment."""

    code = "callbackMalformed"
    zh = "通知内容无效: {why}"
    en = "It does not tell of a payment: {why}"


class ToldPayment(msgspec.Struct, rename="camel", frozen=True):
    """What a payment service tells."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    account_no: Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
    amount: Annotated[str, msgspec.Meta(max_length=40)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    paid_at: Annotated[datetime, msgspec.Meta(tz=True)]


def hear_callback(
    *, source: str, body: bytes, timestamp: str, signature: str, at: datetime, terminal: str = ""
) -> Payment:
    """Take the payment that a service tells of; told twice it is taken once.

    Raises ``SourceUnknown``, ``SignatureRefused``, ``CallbackMalformed``, and whatever
    ``take_payment`` refuses: then nothing is written, and the service may tell it again.
    """
    _check(source, body, timestamp, signature, at)
    try:
        told = msgspec.json.decode(body, type=ToldPayment)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise CallbackMalformed(why=str(problem)[:200]) from None
    if any(letter < " " for letter in told.reference + told.account_no):
        raise CallbackMalformed(why="control characters")
    actor = Actor(
        kind="channel", number=source, channel=source, terminal=terminal,
        grants=frozenset({TAKE_PAYMENT}),
    )  # fmt: skip
    return take_permitted(
        account_no=told.account_no,
        amount=told.amount,
        currency=told.currency,
        method=PaymentMethod.ONLINE,
        source=source,
        reference=told.reference,
        paid_at=told.paid_at,
        actor=actor,
        at=at,
    )


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body, as the payment service makes it."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _check(source: str, body: bytes, timestamp: str, signature: str, at: datetime) -> None:
    secret = settings.PAYMENT_CALLBACK_SECRETS.get(source)
    if not secret or not _SOURCE.fullmatch(source):
        raise SourceUnknown
    said = timestamp if re.fullmatch(r"[0-9]{1,12}", timestamp) else "0"
    expected = sign(secret, said, body)
    fresh = abs(at.timestamp() - int(said)) <= VALID_SECONDS
    same = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    if not (same and fresh):
        raise SignatureRefused
