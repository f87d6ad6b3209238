"""Where the histories happen: a few accounts and subscribers, what they can buy, and a clock."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import (
    BillingGroup,
    BillingOffering,
    BillingSubscription,
    GroupMember,
    TaxProfile,
)
from tests.integration.billing.bill_run.world import World, local

BEGINS = local("2026-03-01 09:00")
NIGHT = {"from": "23:00", "to": "07:00"}
# Rating tariffs; whatever has an allowance for some use has a price for it as well: what waits for
# a price is then the same in whatever order it comes.
RATING: dict[str, dict[str, Any]] = {
    "V-A": {
        "usage": "voice",
        "allowances": [
            {"quantity": "10 min", "shared": True, "rolls_over_cycles": 1},
            {"quantity": "3 min", "band": NIGHT, "first_cycle": "by_day"},
        ],
        "prices": [
            {"price": Decimal("0.05"), "per": "1 min", "step": "1 min", "band": NIGHT},
            {
                "price": Decimal("0.15"), "per": "1 min", "step": "6 s",
                "minimum": Decimal("0.02"),
                "tiers": [{"above": "5 min", "price": Decimal("0.07"), "per": "1 min"}],
            },
        ],
    },
    "V-B": {
        "usage": "voice",
        "allowances": [{"quantity": "2 min", "zone": "international"}],
        "prices": [
            {"price": Decimal("0.2"), "per": "1 min", "step": "1 min"},
            {"price": Decimal("1.99"), "per": "1 min", "step": "1 min", "zone": "international"},
        ],
    },
    "S-A": {
        "usage": "sms",
        "allowances": [{"quantity": "2 messages"}],
        "prices": [
            {
                "price": Decimal("0.1"), "per": "1 message", "step": "1 message",
                "tiers": [{"above": "3 messages", "price": Decimal("0.05"), "per": "1 message"}],
            }
        ],
    },
}  # fmt: skip
FEES: dict[str, dict[str, Any]] = {
    "FEE": {"amount": Decimal("58"), "hold_fee": Decimal("5")},
    "AHEAD": {"amount": Decimal("19.9"), "when": "advance"},
    "EXTRA": {"amount": Decimal("6.66")},
}
# What can be bought, by its offering: tariffs; a main product is each subscriber's first.
OFFERINGS = {
    "PLAN-A": ("FEE", "V-A", "S-A", "LESS"),
    "PLAN-B": ("FEE", "V-B", "S-A"),
    "PLAN-0": ("FEE",),
    "PACK-AHEAD": ("AHEAD",),
    "PACK-EXTRA": ("EXTRA", "V-B"),
    "PACK-LEAST": ("LEAST",),
}
# Subscribers: their account, and what they begin with.
SUBSCRIBERS = {
    "wang": ("A", "PLAN-A"),
    "li": ("B", "PLAN-B"),
    "zhao": ("P", "PLAN-B"),
    "qian": ("F", "PLAN-A"),
    "sun": ("Z", "PLAN-0"),
}
# The day on which each account's cycles begin.
DAYS = {"A": 1, "B": 1, "P": 1, "F": 15, "Z": 1}
PACKS = tuple(code for code in OFFERINGS if code.startswith("PACK"))


class Place(World):
    """The world at the beginning of March.

    Z's bills go into A's. B's prices are without tax; A pays 40 % of li's calls, and F up to 3 of
    wang's messages, on its own billing day. wang shares with li. P pays at once, by its balance.
    """

    def __init__(self) -> None:
        super().__init__()
        TaxProfile.objects.create(
            code="on_top", name_zh="价外税", name_en="Tax on top", inclusive=False,
            rates={"*": "6", "voice": "9", "rental": "13"},
        )  # fmt: skip
        for name, day in DAYS.items():
            how: dict[str, Any] = {
                "B": {"tax_profile": "on_top"},
                "P": {"charging_mode": "prepaid"},
            }
            self.account(name, day=day, **how.get(name, {}))
        type(self.accounts["Z"]).objects.filter(account_no="Z").update(parent=self.accounts["A"])
        for code, rules in RATING.items():
            self.tariff(code, rules["usage"], kind="rating", **rules)
        for code, rules in FEES.items():
            self.fee(code, **rules)
        self.tariff("LESS", "rental", charge="discount", percent=10, of=["voice"], order=1)
        self.tariff("LEAST", "minimum", charge="minimum", amount=8, of=["voice", "sms"])
        for code in OFFERINGS:
            kind = "addon" if code in PACKS else "main"
            BillingOffering.objects.create(code=code, kind=kind, name_zh=code, name_en=code)
        for name, (account, offering) in SUBSCRIBERS.items():
            self.subscriber(name, account, since="2026-03-01")
            self.begins(name, offering, local("2026-03-01"))
        self._shared()

    def begins(self, who: str, offering: str, at: datetime) -> BillingSubscription:
        """Let a subscriber have an offering from now on."""
        return BillingSubscription.objects.create(
            subscription_no=f"P{next(self.numbers):06d}",
            subscriber=self.subscribers[who],
            offering_code=offering,
            tariffs=[{"code": code, "version": 1} for code in OFFERINGS[offering]],
            status="active",
            valid_from=at,
            created_at=at,
        )

    def _shared(self) -> None:
        self.pays("A", "li", "voice", since="2026-03-01", priority=1, share=40)
        self.pays("F", "wang", "sms", since="2026-03-01", priority=1, cap=3)
        group = BillingGroup.objects.create(
            group_no="G1", kind="family", name="家", created_at=BEGINS
        )
        for name in ("wang", "li"):
            GroupMember.objects.create(
                group=group,
                subscriber=self.subscribers[name],
                is_owner=name == "wang",
                valid_from=local("2026-03-01"),
            )
