"""How the pages say what was used, how much, and where."""

from __future__ import annotations

from decimal import Decimal

from core.tariff import vocabulary
from core.words import said

USAGES = {
    "voice": ("通话", "Calls"),
    "sms": ("短信", "SMS"),
    "mms": ("彩信", "MMS"),
    "data": ("流量", "Data"),
    "content": ("内容", "Content"),
    "one_off": ("一次性", "One-off"),
}


def quantity(usage: str, amount: int | None) -> str:
    """Return how much was used as people say it: minutes and seconds, MB, messages."""
    value = amount or 0
    if usage == "voice":
        minutes, seconds = divmod(value, 60)
        return said(f"{minutes:,} 分 {seconds} 秒", f"{minutes:,} min {seconds} s")
    if usage == "data":
        for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
            if value >= size:
                return f"{Decimal(value) / size:,.2f} {unit}"
        return f"{value} B"
    many = "s" if value != 1 else ""
    if usage in ("sms", "mms"):
        return said(f"{value:,} 条", f"{value:,} message{many}")
    return said(f"{value:,} 次", f"{value:,} item{many}")


def place(zone: str, roaming: str) -> str:
    """Return whereto and where."""
    zh, en = vocabulary.zone(zone)
    if roaming:
        visited = vocabulary.zone(roaming)
        zh, en = f"{zh} ({visited[0]}漫游)", f"{en} (roaming: {visited[1]})"
    return said(zh, en)
