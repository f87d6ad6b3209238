"""A small catalogue that is valid, for tests to change one thing of."""

from __future__ import annotations

from typing import Any

import yaml

from products.catalogue import CatalogueDocument, parse

Values = dict[str, Any]


def words(text: str) -> Values:
    return {"zh": f"{text}（中文）", "en": text}


def service(code: str, **changes: Any) -> Values:
    return {
        "code": code,
        "kind": "function",
        "name": words(code),
        "commands": [{"element": "hlr", "command": "enable", "parameters": {"service": code}}],
        **changes,
    }


def version(number: int = 1, **changes: Any) -> Values:
    return {
        "version": number,
        "valid_from": "2026-01-01",
        "description": words(f"version {number}"),
        "rules": {
            "charge": "recurring",
            "amount": 30,
            "when": "advance",
            "proration": {"first": "by_day", "last": "full"},
        },
        **changes,
    }


def tariff(code: str, *versions: Values, **changes: Any) -> Values:
    return {
        "code": code,
        "kind": "accounting",
        "charge_group": "rental",
        "name": words(code),
        "versions": list(versions) or [version()],
        **changes,
    }


def offering(code: str, **changes: Any) -> Values:
    return {
        "code": code,
        "kind": "addon",
        "class": "PLANS",
        "brand": "HOUSE",
        "name": words(code),
        "description": words(f"about {code}"),
        "source": "made up",
        "status": "launched",
        "sale": {"from": "2026-01-01"},
        "services": [],
        "tariffs": [],
        **changes,
    }


def main(code: str, **changes: Any) -> Values:
    return offering(
        code,
        **{
            "kind": "main",
            "charging_mode": "postpaid",
            "services": ["MSISDN", "VOICE"],
            "tariffs": ["RENTAL"],
            **changes,
        },
    )


def bundle(code: str, *parts: Values, **changes: Any) -> Values:
    return offering(code, **{"kind": "bundle", "parts": list(parts), **changes})


def catalogue(*offerings: Values, **changes: Any) -> Values:
    number = service("MSISDN", kind="resource", resource="msisdn")
    return {
        "format": 1,
        "operator": {"name": words("House"), "currency": "CNY", "timezone": "Asia/Shanghai"},
        "brands": [{"code": "HOUSE", "name": words("House")}],
        "classes": [{"code": "PLANS", "name": words("Plans")}],
        "services": [number, service("VOICE")],
        "tariffs": [tariff("RENTAL")],
        "offerings": list(offerings) or [main("PLAN"), offering("PACK", requires=["PLAN"])],
        **changes,
    }


def text(values: Values) -> str:
    return str(yaml.safe_dump(values, allow_unicode=True, sort_keys=False))


def document(*offerings: Values, **changes: Any) -> CatalogueDocument:
    return parse(text(catalogue(*offerings, **changes)), file="example.yaml")
