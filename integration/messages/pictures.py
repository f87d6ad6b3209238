"""Questions by which CRM's customer page shows what BOSS and the network hold just now."""

from __future__ import annotations

import msgspec

from integration.messages.base import message
from integration.messages.queries import Query


class BilledAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account as BOSS bills it."""

    account_no: str
    status: str
    currency: str
    overdue_amount: str
    credit_class: str
    dunning_plan: str


class Arrears(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer's accounts owe together in one currency, and how many of them owe."""

    currency: str
    amount: str
    accounts: int


class BillingPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as BOSS holds it now; one that it does not know yet has nothing."""

    known: bool
    credit_standing: str = ""
    arrears: list[Arrears] = []
    accounts: list[BilledAccount] = []


@message
class BillingPictureQuery(Query, frozen=True):
    """Ask BOSS how a customer stands, and some of its accounts one by one."""

    zh = "账务概况查询"
    Answer = BillingPicture
    customer_no: str
    account_nos: list[str]


class LineAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber whose line is asked for, with number and card as CRM has them."""

    subscriber_no: str
    service_number: str
    iccid: str = ""


class ServiceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A service on a line, named in both languages."""

    code: str
    zh: str
    en: str


class LinePicture(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the network has confirmed it, and where its number and its card stand.

    ``state`` is empty when the network has confirmed none; ``number_state`` and ``sim_state`` are
    empty for what is not in the pools.
    """

    subscriber_no: str
    state: str = ""
    service_number: str = ""
    iccid: str = ""
    bar: str = ""
    services: list[ServiceShown] = []
    changed_at: str = ""
    number_state: str = ""
    sim_state: str = ""


class LinePictures(msgspec.Struct, frozen=True, kw_only=True):
    """One picture for each subscriber asked for."""

    lines: list[LinePicture]


@message
class LinePictureQuery(Query, frozen=True):
    """Ask provisioning how the network serves some subscribers."""

    zh = "线路概况查询"
    Answer = LinePictures
    lines: list[LineAsked]
