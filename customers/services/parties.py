"""Writing customers and accounts."""

from __future__ import annotations

from datetime import datetime

from core import numbers
from core.errors import DomainError
from core.systems import System
from customers import identity
from customers.models import (
    Account,
    Customer,
    IdentityDocument,
)
from customers.selectors import CustomerUnknown
from customers.states import (
    ChargingMode,
    CustomerKind,
    CustomerStatus,
)
from customers.values import NewAccount, NewCustomer

WORD_LENGTH = 40


class NameMissing(DomainError):
    """A customer must have a name."""

    code = "nameMissing"
    zh = "客户名称不能为空"
    en = "A customer must have a name"


class CustomerKindUnknown(DomainError):
    """A customer is a person or an organisation."""

    code = "customerKindUnknown"
    zh = "客户类型 {kind} 无效, 应为 person 或 organisation"
    en = "The customer type {kind} is neither person nor organisation"


class WordTooLong(DomainError):
    """A code or short word of ours has a limited length."""

    code = "wordTooLong"
    zh = "不得超过 {limit} 个字符"
    en = "It must have at most {limit} characters"


class ChargingModeUnknown(DomainError):
    """An account is prepaid or postpaid."""

    code = "chargingModeUnknown"
    zh = "付费方式必须是 prepaid 或 postpaid"
    en = "The charging mode must be prepaid or postpaid"


def check_new_customer(new: NewCustomer) -> identity.SealedIdentity | None:
    """Return the sealed identity of a customer to be (None without one); raise what is wrong."""
    if not new.name.strip():
        raise NameMissing(field="name")
    if new.kind not in CustomerKind.values:
        raise CustomerKindUnknown(kind=new.kind[:40], field="customerType")
    words = {
        "segment": new.segment,
        "level": new.level,
        "orgUnit": new.org_unit,
        "region": new.region,
    }
    for field, word in words.items():
        if len(word) > WORD_LENGTH:
            raise WordTooLong(limit=WORD_LENGTH, field=field)
    if new.charging_mode not in ChargingMode.values:
        raise ChargingModeUnknown(field="chargingMode")
    if not (new.identity_kind or new.identity_number):
        return None
    if not new.identity_number:
        raise identity.IdentityInvalid(field="identityNumber")
    return identity.seal(new.identity_kind or identity.RESIDENT_ID, new.identity_number)


def create_customer(
    new: NewCustomer, document: identity.SealedIdentity | None, *, at: datetime
) -> tuple[Customer, Account]:
    """Create a customer, pending until BOSS confirms, with its first account."""
    customer_no, account_no = numbers.issue(System.CRM, numbers.CUSTOMER, numbers.ACCOUNT)
    customer = Customer.objects.create(
        customer_no=customer_no,
        name=new.name.strip(),
        kind=new.kind,
        status=CustomerStatus.PENDING,
        segment=new.segment,
        level=new.level,
        org_unit=new.org_unit,
        region=new.region,
        engaged_party=new.engaged_party,
        contact_medium=new.contact_medium,
        extension=new.extension,
        created_at=at,
    )
    account = Account.objects.create(
        account_no=account_no,
        customer=customer,
        name=new.account_name or new.name.strip(),
        charging_mode=new.charging_mode,
        currency=new.currency,
        created_at=at,
    )
    if document is not None:
        IdentityDocument.objects.create(
            customer=customer,
            kind=document.kind,
            number_encrypted=document.encrypted,
            number_digest=document.digest,
            number_masked=document.masked,
            verified_at=at,
        )
    return customer, account


def create_account(new: NewAccount, *, at: datetime) -> Account:
    """Create one more account for a customer; raise ``CustomerUnknown``."""
    customer = Customer.objects.filter(customer_no=new.customer_no).first()
    if customer is None:
        raise CustomerUnknown(number=new.customer_no[:40], field="relatedParty.id")
    [account_no] = numbers.issue(System.CRM, numbers.ACCOUNT)
    return Account.objects.create(
        account_no=account_no,
        customer=customer,
        name=new.name,
        charging_mode=new.charging_mode,
        currency=new.currency,
        extension=new.extension,
        created_at=at,
    )


def confirm_customer(customer_no: str) -> None:
    """Make a pending customer active: BOSS holds its half."""
    Customer.objects.filter(customer_no=customer_no, status=CustomerStatus.PENDING).update(
        status=CustomerStatus.ACTIVE
    )


def close_customer(customer_no: str) -> None:
    """Close a customer whose opening was undone: BOSS never held its half."""
    Customer.objects.filter(customer_no=customer_no, status=CustomerStatus.PENDING).update(
        status=CustomerStatus.CLOSED
    )
