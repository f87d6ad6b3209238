"""The accounts on a customer's page, and how they stand with BOSS now."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from core.systems import System
from customers.models import Account
from customers.pages import words
from customers.pages.words import worded
from customers.picturing import list_accounts_of
from customers.selectors import list_accounts
from integration.messages.pictures import BilledAccount, BillingPicture, BillingPictureQuery
from integration.queries import SystemSilent, ask_quietly

ACCOUNTS_A_PAGE = 10
LONGEST_NUMBER = 24
Content = dict[str, Any]


def fill_accounts(actor: Actor, customer_no: str, query: QueryDict) -> Content:
    """Show the accounts, some at a time; what is owed on them BOSS is asked for."""
    after = query.get("after", "")[:LONGEST_NUMBER]
    rows = list(list_accounts_of(actor, customer_no, after)[: ACCOUNTS_A_PAGE + 1])
    shown, more = rows[:ACCOUNTS_A_PAGE], len(rows) > ACCOUNTS_A_PAGE
    return {
        "rows": shown,
        "first": not after,
        "more": urlencode({"after": shown[-1].account_no}) if more else "",
        "billing_query": urlencode([("account", one.account_no) for one in shown]),
    }


def fill_billing(actor: Actor, customer_no: str, query: QueryDict) -> Content:
    """Show how the customer stands with BOSS now, and the accounts named one by one."""
    wanted = query.getlist("account")[:ACCOUNTS_A_PAGE]
    accounts = list(
        list_accounts(actor)
        .filter(customer__customer_no=customer_no, account_no__in=wanted)
        .order_by("id")
    )
    content: Content = {
        "address": urlencode([("account", one.account_no) for one in accounts]),
        "at": timezone.now(),
    }
    question = BillingPictureQuery(
        customer_no=customer_no, account_nos=[one.account_no for one in accounts]
    )
    try:
        answer: BillingPicture = ask_quietly(System.CRM, System.BOSS, question)
    except SystemSilent:
        rows = [{"account_no": one.account_no} for one in accounts]
        return {**content, "silent": True, "rows": rows}
    billed = {account.account_no: account for account in answer.accounts}
    return {
        **content,
        "known": answer.known,
        "standing": worded(words.CREDIT_STANDINGS, answer.credit_standing),
        "standing_tone": {"good": "success", "watched": "warning", "bad": "danger"}.get(
            answer.credit_standing, ""
        ),
        "arrears": answer.arrears,
        "rows": [_billed(one, billed.get(one.account_no)) for one in accounts],
    }


def _billed(account: Account, billed: BilledAccount | None) -> Content:
    if billed is None:
        return {"account_no": account.account_no, "missing": True}
    return {
        "account_no": account.account_no,
        "overdue": billed.overdue_amount,
        "owes": Decimal(billed.overdue_amount) > 0,
        "currency": billed.currency,
        "status": worded(words.ACCOUNT_STATUSES, billed.status),
        "closed": billed.status != "active",
    }
