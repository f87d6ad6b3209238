"""Rules of numbers and cards: what they look like, which are easy to remember."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from stdnum import luhn

MSISDN = re.compile(r"1[3-9][0-9]{9}")
IMSI = re.compile(r"460[0-9]{12}")
ICCID = re.compile(r"89[0-9]{17,18}")
ICCID_ISSUER = "898600"  # China, and the demo operator's own issuer digits
IMSI_NETWORK = "46000"
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_msisdn(text: str) -> bool:
    """Tell whether ``text`` is a Chinese mobile number (11 digits)."""
    return MSISDN.fullmatch(text) is not None


def is_imsi(text: str) -> bool:
    """Tell whether ``text`` is a Chinese IMSI (15 digits)."""
    return IMSI.fullmatch(text) is not None


def is_iccid(text: str) -> bool:
    """Tell whether ``text`` is a telecom card's number (19 or 20 digits) that checks (Luhn)."""
    if ICCID.fullmatch(text) is None:
        return False
    digits = [ord(digit) - 48 for digit in reversed(text)]
    return (sum(digits[0::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0


def iccid_of(sequence: int) -> str:
    """Return the ICCID (20 digits) of our ``sequence``-th card, with its check digit."""
    digits = f"{ICCID_ISSUER}{sequence:013d}"
    return digits + str(luhn.calc_check_digit(digits))


def sequence_of_iccid(iccid: str) -> int:
    """Return which of our own cards an ICCID names."""
    return int(iccid[len(ICCID_ISSUER) : -1])


def imsi_of(sequence: int) -> str:
    """Return the IMSI of our ``sequence``-th card."""
    return f"{IMSI_NETWORK}{sequence:010d}"


def level_of(msisdn: str) -> str:
    """Return the level of a number that is easy to remember; empty for an ordinary one.

    What counts is its end: five or more equal digits are diamond; four equal, or five in a row,
    gold; three equal, or four in a row, silver; two pairs (AABB, ABAB) bronze.
    """
    equal, row = _equal_at_end(msisdn), _row_at_end(msisdn)
    if equal >= 5:
        return "diamond"
    if equal == 4 or row >= 5:
        return "gold"
    if equal == 3 or row == 4:
        return "silver"
    a, b, c, d = list(msisdn[-4:])
    return "bronze" if (a == b and c == d) or (a == c and b == d) else ""


def _equal_at_end(text: str) -> int:
    return len(text) - len(text.rstrip(text[-1]))


def _row_at_end(text: str) -> int:
    """How many digits at the end go up, or down, by one."""
    steps = [int(b) - int(a) for a, b in pairwise(text)]
    last = steps[-1]
    if last not in (1, -1):
        return 1
    length = 1
    for step in reversed(steps):
        if step != last:
            break
        length += 1
    return length


def numbers_from(prefix: str, after: str, count: int) -> Iterator[str]:
    """Return the next ``count`` numbers that begin with ``prefix``, above ``after`` if given.

    Raises ``ValueError`` when the prefix is none of a mobile number or has not so many left.
    """
    width = 11 - len(prefix)
    first = int(after[len(prefix) :]) + 1 if after else 0
    if not is_msisdn(prefix + "0" * width) or first + count > 10**width:
        raise ValueError(f"there are no {count} free numbers that begin with {prefix}")
    return (f"{prefix}{number:0{width}d}" for number in range(first, first + count))
