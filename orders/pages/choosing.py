"""选号和选卡: the parts of a form that show which numbers and SIM cards are free."""

from __future__ import annotations

import re
from decimal import Decimal
from secrets import randbelow

from django.http import HttpRequest, HttpResponse

from auth_center.consoles import crm_console
from core.console import Page, render_part, said
from core.errors import DomainError
from core.systems import System
from integration.messages.choosing import (
    FreeCards,
    FreeCardsQuery,
    FreeNumbers,
    FreeNumbersQuery,
)
from integration.queries import ask_quietly
from orders import permissions
from orders.pages.steps import Filled

SEEDS = 1_000_000_000
KEY = re.compile(r"[0-9]{1,3}(-[0-9]{1,3})?")
STANDS = {
    "": ("没有这张 SIM 卡, 请核对卡号", "There is no such SIM card: check its number"),
    "reserved": (
        "该卡已被其他订单预占, 请换一张",
        "This card is kept for another order: take another",
    ),
    "in_use": ("该卡已有用户使用, 请换一张", "This card is in use: take another"),
    "cooling": ("该卡在冷却期内, 请换一张", "This card rests: take another"),
}
MOST_CARDS = 5


def free_numbers(request: HttpRequest) -> HttpResponse:
    """Show free numbers to choose from, the chosen one among them."""
    filled, key = Filled(request.GET), _key(request)
    level = filled.text(f"level-{key}")[:20]
    wanted = filled.text("level")
    if wanted:
        level = "" if wanted == "any" else wanted[:20]
    seed = filled.number("seed", 0, SEEDS) or randbelow(SEEDS) + 1
    chosen = _chosen(filled.text(f"number-{key}"))
    found, silent = FreeNumbers(numbers=[], levels=[]), ""
    try:
        found = ask_quietly(
            System.CRM,
            System.PROVISIONING,
            FreeNumbersQuery(
                pattern=filled.text(f"pattern-{key}")[:20],
                ending=filled.text(f"ending-{key}")[:11],
                level=level,
                seed=seed,
            ),
        )
    except DomainError as refusal:
        silent = said(refusal.zh, refusal.en)
    return render_part(
        request,
        "orders/open_numbers.html",
        key=key,
        numbers=_shown(found, chosen),
        levels=[
            ("any", said("全部", "All"), not level),
            ("ordinary", said("普通号码", "Ordinary"), level == "ordinary"),
            *(
                (one.code, said(one.name_zh, one.name_en), level == one.code)
                for one in found.levels
            ),
        ],
        level=level,
        chosen=chosen,
        chosen_words=spelled(chosen),
        silent=silent,
        seed=seed,
    )


def free_card(request: HttpRequest) -> HttpResponse:
    """Say how the card that was typed or scanned stands; or take up the next free one."""
    filled, key = Filled(request.GET), _key(request)
    taking = filled.text("take") == "next"
    typed = "" if taking else re.sub(r"[\s-]", "", filled.text(f"card-{key}"))[:24]
    value, said_of, fine = typed, "", False
    cards: list[str] = []
    if taking or typed:
        try:
            found: FreeCards = ask_quietly(
                System.CRM,
                System.PROVISIONING,
                FreeCardsQuery(
                    ending=typed, seed=randbelow(SEEDS), limit=1 if taking else MOST_CARDS
                ),
            )
        except DomainError as refusal:
            said_of = said(refusal.zh, refusal.en)
        else:
            cards = [one.iccid for one in found.cards]
            value, said_of, fine = _judged(typed, taking, found)
    return render_part(
        request,
        "orders/open_card.html",
        key=key,
        value=value,
        words=said_of,
        fine=fine,
        cards=[] if fine else cards,
    )


def _judged(typed: str, taking: bool, found: FreeCards) -> tuple[str, str, bool]:
    """Return the card's number, what is to be said of it, and whether it can be taken."""
    free = [one.iccid for one in found.cards]
    if taking:
        if free:
            return free[0], said("空闲, 请取出这张卡", "Free: take this card out"), True
        return "", said("没有空闲的 SIM 卡", "There is no free SIM card"), False
    if len(free) == 1 and (free[0] == typed or len(typed) >= 4):
        return free[0], said("空闲", "Free"), True
    if free:
        return typed, said("以下空闲卡以此结尾, 请选取", "Free cards that end so: take one"), False
    if len(typed) < 19:
        words = said("没有以此结尾的空闲卡", "No free card ends so")
        return typed, words, False
    return typed, said(*STANDS.get(found.state, STANDS["in_use"])), False


def _key(request: HttpRequest) -> str:
    """Return which subscriber of the form is meant."""
    key = request.GET.get("key", "")
    return key if KEY.fullmatch(key) else "1"


def spelled(msisdn: str) -> str:
    """Return a number as people read it out."""
    return f"{msisdn[:3]} {msisdn[3:7]} {msisdn[7:]}" if len(msisdn) == 11 else msisdn


def _shown(found: FreeNumbers, chosen: str) -> list[dict[str, str]]:
    """Return the numbers as the page shows them; what is nothing is empty."""
    names = {one.code: said(one.name_zh, one.name_en) for one in found.levels}
    return [
        {
            "msisdn": one.msisdn,
            "words": spelled(one.msisdn),
            "level": names.get(one.level, ""),
            "price": one.price if Decimal(one.price) else "",
            "minimum": one.minimum_spend if Decimal(one.minimum_spend) else "",
        }
        for one in found.numbers
        if one.msisdn != chosen
    ]


def _chosen(text: str) -> str:
    return text if re.fullmatch(r"[0-9]{11}", text) else ""


for name, view, zh, en in (
    ("free-numbers", free_numbers, "空闲号码", "Free numbers"),
    ("free-card", free_card, "空闲 SIM 卡", "Free SIM cards"),
):
    crm_console.add_page(
        Page(
            path=f"choose/{name}/",
            name=name,
            view=view,
            permission=permissions.OPEN_SUBSCRIBER,
            titles=(zh, en),
        )
    )
