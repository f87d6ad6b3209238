"""What usage is measured in, and how a measured quantity is written."""

from __future__ import annotations

MEASURE = {
    "voice": "seconds",
    "sms": "messages",
    "mms": "messages",
    "data": "bytes",
    "content": "items",
}
UNITS = {
    "seconds": {"s": 1, "min": 60, "h": 3600},
    "messages": {"message": 1, "messages": 1},
    "bytes": {"KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4},
    "items": {"item": 1, "items": 1},
}


def spelled(measure: str, quantity: int) -> str:
    """Return a quantity in its largest whole unit: 1073741824 bytes are "1 GB"."""
    name, factor = largest_unit(measure, quantity)
    count = quantity // factor
    return f"{count} {name}s" if count != 1 and f"{name}s" in UNITS[measure] else f"{count} {name}"


def largest_unit(measure: str, quantity: int) -> tuple[str, int]:
    """Return the name and size of the largest unit of which the quantity is a whole number."""
    units = sorted(UNITS[measure].items(), key=lambda unit: -unit[1])
    return next((name, size) for name, size in units if quantity % size == 0)
