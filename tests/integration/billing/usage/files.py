"""Usage files made up for tests, and somebody whose usage they tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auth_center.actors import system_actor
from billing.models import BillingCustomer, BillingSubscriber, UsageBatch
from billing.usage import receive_file

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SINCE = datetime(2025, 6, 1, tzinfo=UTC)
CLERK = system_actor("tests")
COLUMNS = ("key,revision,usage,number,subscriber,started_at,quantity,unit,zone,roaming,peer,"
           "provider,amount")  # fmt: skip
NUMBER = "13912345678"


def somebody(number: str = NUMBER, no: str = "SB000000018", **fields: Any) -> BillingSubscriber:
    """A subscriber who has had a number since June."""
    customer, _ = BillingCustomer.objects.get_or_create(
        customer_no="CC000000018",
        defaults={"name": "王小明", "kind": "person", "created_at": SINCE},
    )
    known = {"created_at": SINCE, "activated_at": SINCE, "status": "active", **fields}
    return BillingSubscriber.objects.create(
        subscriber_no=no,
        customer=customer,
        service_kind="mobile",
        service_number=number,
        **known,
    )


def line(key: str, **fields: Any) -> str:
    """One call of two minutes, as a line of CSV; ``fields`` say what is otherwise."""
    said = {
        "key": key,
        "usage": "voice",
        "number": NUMBER,
        "started_at": "2026-03-01T10:00:00+08:00",
        "quantity": "120",
        **fields,
    }
    return ",".join(str(said.get(name, "")) for name in COLUMNS.split(","))


def csv_text(lines: Sequence[str], *, name: str = "MSC01-0001", quantity: int | None = None,
             records: int | None = None) -> str:  # fmt: skip
    """A whole file; its totals are right unless they are given."""
    total = sum(_quantity(one) for one in lines) if quantity is None else quantity
    count = len(lines) if records is None else records
    head = [f"HEADER,usage,1,{name},2026-03-01T00:05:00+08:00", COLUMNS]
    return "\n".join([*head, *lines, f"TRAILER,{count},{total}", ""])


def json_text(records: Iterable[dict[str, Any]], *, name: str = "GGSN02-0001") -> str:
    """The same as JSON Lines."""
    rows = list(records)
    total = sum(one["quantity"] for one in rows if isinstance(one.get("quantity"), int))
    about = {"format": "usage", "version": 1, "name": name, "created_at": "2026-03-01T00:05:00Z"}
    everything = [{"header": about}, *rows, {"trailer": {"records": len(rows), "quantity": total}}]
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in everything)


def put(folder: Path, content: str | bytes, name: str = "usage.csv") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def take(folder: Path, content: str | bytes, name: str = "usage.csv") -> UsageBatch:
    """Take a file in."""
    return receive_file(path=put(folder, content, name), actor=CLERK, at=NOW)


def _quantity(text: str) -> int:
    said = text.split(",")[6] if text.count(",") >= 6 else ""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 30 else 0
