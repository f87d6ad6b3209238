"""What usage is measured in, and how a measured quantity is written.

``spelled`` writes any quantity, ``counted`` one that is had or used rather than priced by.
"""

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

MOST_WRITTEN = 999_999_999  # of any unit, in a catalogue file


def spelled(measure: str, quantity: int) -> str:
    """Return a quantity in its largest whole unit: 1073741824 bytes are "1 GB"."""
    name, factor = largest_unit(measure, quantity)
    count = quantity // factor
    return f"{count} {name}s" if count != 1 and f"{name}s" in UNITS[measure] else f"{count} {name}"


def counted(measure: str, quantity: int) -> str:
    """Return how much somebody has of it, as the trade counts: calls in minutes, not hours."""
    minutes, rest = divmod(quantity, UNITS["seconds"]["min"])
    if measure == "seconds" and not rest and minutes <= MOST_WRITTEN:
        return f"{minutes} min"
    return spelled(measure, quantity)


def largest_unit(measure: str, quantity: int) -> tuple[str, int]:
    """Return the name and size of the largest unit of which the quantity is a whole number."""
    units = sorted(UNITS[measure].items(), key=lambda unit: -unit[1])
    return next((name, size) for name, size in units if quantity % size == 0)
