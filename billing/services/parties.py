"""Customers and accounts as billed."""

from __future__ import annotations

import re

from billing.models import Bill, BillingAccount, BillingCustomer, PaymentRelation, UsageCharge
from billing.states import BillState, ChargingMode, CustomerKind
from billing.values import CURRENCY
from core.errors import Conflict, DomainError
from core.systems import System
from integration.context import FlowContext
from integration.hearing import MissingParty
from integration.messages import AccountValue, CustomerAccountRequest
from integration.parking import party_arrived


class PartyInvalid(DomainError):
    """A field of a customer or account holds what BOSS cannot bill by."""

    code = "partyInvalid"
    zh = "{number} 的 {name} 无效: {value}"
    en = "{name} of {number} is not valid: {value}"


class AccountOfAnother(Conflict):
    """The request states a customer with an account that it says is another's."""

    code = "accountOfAnother"
    zh = "账户 {number} 属于另一客户"
    en = "Account {number} belongs to another customer"


class CurrencyFixed(Conflict):
    """An account keeps its currency once it was charged or paid in it."""

    code = "currencyFixed"
    zh = "账户 {number} 已有 {currency} 账务, 币种不能更改"
    en = "Account {number} was charged or paid in {currency}, its currency cannot change"


class BillingDayFixed(Conflict):
    """An account keeps its billing day once it was charged: days would be billed twice or never.

    Who wants another one pays from an account that has it: each account then pays its own days.
    """

    code = "billingDayFixed"
    zh = "账户 {number} 已按账期起始日 {day} 计费, 起始日不能更改; 请改由另一账户付费"
    en = (
        "Account {number} was charged by billing day {day}, which cannot change; "
        "let another account pay instead"
    )


def hold_customer(request: CustomerAccountRequest, context: FlowContext) -> None:
    """Create or bring up to date a customer and its accounts; extension B stays as it is.

    CRM owns every field it states, also whose an account is. Messages that wait for these parties
    are woken. Raises ``MissingParty`` for a parent account not yet here, and ``PartyInvalid``,
    ``AccountOfAnother``, ``CurrencyFixed`` or ``BillingDayFixed``: then nothing is written.
    """
    _check_values(request)
    held = _held_accounts(request.accounts)
    _check_accounts(request, held)
    customer = BillingCustomer(
        customer_no=request.customer.customer_no,
        name=request.customer.name,
        kind=request.customer.kind,
        segment=request.customer.segment,
        org_unit=request.customer.org_unit,
        region=request.customer.region,
        created_at=context.at,
    )
    BillingCustomer.objects.bulk_create(
        [customer],
        update_conflicts=True,
        unique_fields=["customer_no"],
        update_fields=["name", "kind", "segment", "org_unit", "region"],
    )
    _hold_accounts(request.accounts, customer, held, context)
    context.wrote("创建客户、账户数据，及其扩展信息B")
    party_arrived(
        System.BOSS,
        f"customer:{customer.customer_no}",
        *(f"account:{account.account_no}" for account in request.accounts),
        at=context.at,
    )


def _check_values(request: CustomerAccountRequest) -> None:
    customer = request.customer
    if not customer.name:
        raise PartyInvalid(number=customer.customer_no, name="name", value="")
    if customer.kind not in CustomerKind.values:
        raise PartyInvalid(number=customer.customer_no, name="kind", value=customer.kind)
    for account in request.accounts:
        wrong = {
            "charging_mode": account.charging_mode not in ChargingMode.values,
            "currency": not re.match(CURRENCY, account.currency),
            "billing_day": not 1 <= account.billing_day <= 28,
            "parent_no": account.parent_no == account.account_no,
        }
        for name in [name for name, is_wrong in wrong.items() if is_wrong]:
            raise PartyInvalid(number=account.account_no, name=name, value=getattr(account, name))


def _held_accounts(accounts: list[AccountValue]) -> dict[str, BillingAccount]:
    numbers = {account.account_no for account in accounts}
    numbers |= {account.parent_no for account in accounts if account.parent_no}
    rows = BillingAccount.objects.filter(account_no__in=numbers)
    return {account.account_no: account for account in rows}


def _check_accounts(request: CustomerAccountRequest, held: dict[str, BillingAccount]) -> None:
    customer_no = request.customer.customer_no
    numbers = {account.account_no for account in request.accounts}
    for account in request.accounts:
        if account.customer_no != customer_no:
            raise AccountOfAnother(number=account.account_no)
        known = held.get(account.account_no)
        if known is not None:
            _check_what_stays(known, account)
        if account.parent_no and account.parent_no not in held.keys() | numbers:
            raise MissingParty(f"account:{account.parent_no}")


def _check_what_stays(known: BillingAccount, told: AccountValue) -> None:
    number = known.account_no
    if known.currency != told.currency and (
        known.overdue_amount or _was_charged(known) or known.books.exists()
    ):
        raise CurrencyFixed(number=number, currency=known.currency)
    if known.billing_day != told.billing_day and _was_charged(known):
        raise BillingDayFixed(number=number, day=known.billing_day)


def _was_charged(account: BillingAccount) -> bool:
    """Tell whether an account has a bill, or usage that its next bill will hold."""
    payers = PaymentRelation.objects.filter(account=account).values("subscriber_id")
    return (
        Bill.objects.filter(account=account).exclude(state=BillState.TRIAL).exists()
        or UsageCharge.objects.filter(subscriber_id__in=payers).exists()
    )


def _hold_accounts(
    accounts: list[AccountValue],
    customer: BillingCustomer,
    held: dict[str, BillingAccount],
    context: FlowContext,
) -> None:
    """Write all accounts with one statement, and with another the parents that are new too."""
    rows = {
        account.account_no: BillingAccount(
            account_no=account.account_no,
            customer=customer,
            parent=held.get(account.parent_no or ""),
            name=account.name,
            charging_mode=account.charging_mode,
            currency=account.currency,
            billing_day=account.billing_day,
            created_at=context.at,
        )
        for account in accounts
    }
    BillingAccount.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["account_no"],
        update_fields=[
            "customer",
            "parent",
            "name",
            "charging_mode",
            "currency",
            "billing_day",
        ],
    )
    new_parents = [one for one in accounts if one.parent_no and one.parent_no not in held]
    for account in new_parents:
        rows[account.account_no].parent = rows[account.parent_no or ""]
    if new_parents:
        BillingAccount.objects.bulk_update(
            [rows[account.account_no] for account in new_parents], ["parent"]
        )
