"""A product manager at the BOSS console, and a release that waits for her."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from core.systems import System
from integration.messages import (
    DONE,
    NamedWords,
    OfferingInfo,
    Outcome,
    ProductInfoRequest,
    ServiceInfo,
    ServiceSyncResponse,
    TariffConfiguredResponse,
    TariffInfo,
    TariffVersionInfo,
)
from tests import signing
from tests.integration.billing.arriving import Post

ENGLISH = {"accept-language": "en"}
PART = {"hx-request": "true"}
LOOK = "billing.view_release"
CONFIGURE = "billing.configure_tariff"
TARIFFS = "billing.view_billingtariff"
RELEASE_NO = "PR000000018"
PAGE = f"/boss/releases/{RELEASE_NO}/"
CALLS = f"{PAGE}tariffs/T-NEW-VOICE/1/"
FEE = f"{PAGE}tariffs/T-NEW-FEE/1/"
SERVICE = f"{PAGE}services/CLIP/"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def signed_in(*permissions: str, staff_no: str = "8801") -> Client:
    """An operator of the BOSS console who holds these permissions, signed in."""
    about = {"name": "赵工", "org_unit": "SH-01", "region": "SH"}
    return signing.signed_in(System.BOSS, *permissions, staff_no=staff_no, **about)


def version(number: int = 1, **other: Any) -> TariffVersionInfo:
    values: dict[str, Any] = {
        "valid_from": NEW_YEAR,
        "valid_to": None,
        "description": NamedWords(zh="按约定计费", en="As agreed"),
    }
    return TariffVersionInfo(version=number, **(values | other))


def tariff(code: str, kind: str, *versions: TariffVersionInfo, **other: Any) -> TariffInfo:
    values: dict[str, Any] = {
        "charge_group": "voice" if kind == "rating" else "rental",
        "name": NamedWords(zh=f"{code} 资费", en=f"Tariff {code}"),
    }
    return TariffInfo(
        code=code,
        kind=kind,  # type: ignore[arg-type]
        versions=list(versions) or [version()],
        **(values | other),
    )


def service(code: str = "CLIP", **other: Any) -> ServiceInfo:
    values: dict[str, Any] = {
        "kind": "function",
        "name": NamedWords(zh="来电显示", en="Caller identification"),
    }
    return ServiceInfo(code=code, **(values | other))


def plan(code: str = "PLAN-NEW", **other: Any) -> OfferingInfo:
    values: dict[str, Any] = {
        "kind": "main",
        "name": NamedWords(zh="新套餐", en="New plan"),
        "status": "launched",
        "charging_mode": "postpaid",
        "tariffs": ["T-NEW-FEE", "T-NEW-VOICE"],
        "services": ["CLIP"],
    }
    return OfferingInfo(code=code, **(values | other))


def requested(post: Post, number: str = RELEASE_NO, **other: Any) -> None:
    """Let CRM ask for a release."""
    values: dict[str, Any] = {
        "title": "新套餐上市",
        "offerings": [plan()],
        "tariffs": [tariff("T-NEW-FEE", "accounting"), tariff("T-NEW-VOICE", "rating")],
        "services": [service()],
    }
    message = ProductInfoRequest(release_no=number, **(values | other))
    post.send(message, subject="catalogue", flow_no=number)


def answered(post: Post, outcome: Outcome = DONE, number: str = RELEASE_NO) -> None:
    """Let provisioning answer for the commands of a release."""
    post.send(
        ServiceSyncResponse(release_no=number, outcome=outcome),
        subject="catalogue",
        sender=System.PROVISIONING,
        flow_no=number,
    )


def launched(post: Post, at: datetime, number: str = RELEASE_NO) -> None:
    """Let CRM launch a release."""
    message = TariffConfiguredResponse(release_no=number, decision="launched", closed_at=at)
    post.send(message, subject="catalogue", flow_no=number)


CALLS_FORM = {
    "usage": "voice",
    "allowances-0-quantity-count": "100",
    "allowances-0-quantity-unit": "min",
    "prices-0-price": "0.15",
    "prices-0-per-count": "1",
    "prices-0-per-unit": "min",
    "prices-0-step-count": "1",
    "prices-0-step-unit": "min",
    "prices-0-tiers-0-above-count": "500",
    "prices-0-tiers-0-above-unit": "min",
    "prices-0-tiers-0-price": "0.1",
    "prices-0-tiers-0-per-count": "1",
    "prices-0-tiers-0-per-unit": "min",
}
FEE_FORM = {
    "charge": "recurring",
    "amount": "59",
    "when": "advance",
    "proration-first": "by_day",
    "proration-last": "full",
    "hold_fee": "5",
}
COMMANDS_FORM = {
    "commands-0-element": "hlr",
    "commands-0-command": "enable",
    "commands-0-parameters-0-name": "service",
    "commands-0-parameters-0-type": "text",
    "commands-0-parameters-0-value": "CLIP",
}
