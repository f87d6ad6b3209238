"""Reading an identity document in full: an operation of its own, written into the audit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.errors import DomainError, NotFound
from core.systems import System
from customers import identity, permissions
from customers.models import IdentityDocument
from customers.selectors import customers_of

LONGEST_REASON = 200
_CRM = System.CRM


class DocumentReasonMissing(DomainError):
    """Whoever reads a document says what for, in at most 200 characters."""

    code = "reasonMissing"
    zh = "请填写查看原因, 不超过 200 个字符"
    en = "Say what the document is read for, in at most 200 characters"


class NoDocument(NotFound):
    """The customer has shown no document, or there is no such customer for this actor."""

    code = "noDocument"
    zh = "客户 {number} 没有登记证件"
    en = "The customer {number} has no identity document"


def read_identity_document(*, customer_no: str, reason: str, actor: Actor, at: datetime) -> str:
    """Return the number of a customer's document in full, and record who read it and what for.

    The record and the reading are one: no number without an entry. Raises
    ``DocumentReasonMissing`` or ``NoDocument``.
    """
    require(actor, permissions.VIEW_IDENTITY_DOCUMENT)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise DocumentReasonMissing(field="reason")
    with transaction.atomic(using=_CRM.alias):
        shown = IdentityDocument.objects.filter(customer__in=customers_of(actor))
        document = shown.filter(customer__customer_no=customer_no).first()
        if document is None:
            raise NoDocument(number=customer_no[:40])
        number = identity.unseal(bytes(document.number_encrypted))
        record(
            _CRM,
            actor,
            permissions.VIEW_IDENTITY_DOCUMENT,
            f"customer:{customer_no}",
            at=at,
            after={"document": document.number_masked, "reason": reason},
        )
    return number
