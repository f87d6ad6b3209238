"""The demo operator's customers: who they are, what they buy, and how much they use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from typing import NamedTuple

from stdnum.cn import ric

SURNAMES = "王李张刘陈杨黄赵周吴徐孙"
GIVEN = ("伟", "芳", "秀英", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰", "丽娟", "涛", "超")
ABROAD = ("FUNC-ROAMING", "FUNC-INTL-CALL")  # who uses much also calls abroad and goes there
# Main product, add-ons, sample of use, on which day of the month they come.
BOUGHT = (
    ("PLAN-59", (), "medium", 1),
    ("PLAN-128", ("PACK-DATA-10G", *ABROAD), "heavy", 1),
    ("PLAN-8", ("FUNC-CLIP",), "light", 1),
    ("PLAN-99", ("CONTENT-VRBT",), "medium", 1),
    ("PLAN-59", ("PACK-VOICE-100",), "light", 1),
    ("PLAN-198", ABROAD, "heavy", 1),
    ("PLAN-59", (), "light", 11),
    ("PLAN-128", ("CONTENT-VRBT",), "medium", 1),
    ("PLAN-8", (), "light", 21),
    ("PLAN-99", ("PACK-DATA-10G", *ABROAD), "heavy", 6),
)
PEOPLE = 40
TALKERS = 3  # who pay before they talk; they come on the first day
PLACES = (("GZ", "HQ-GZ-TIANHE"), ("GZ", "HQ-GZ-TIANHE"), ("SZ", "HQ-SZ-NANSHAN"))


class DemoCustomer(NamedTuple):
    """A customer with one mobile line."""

    number: int
    name: str
    identity_number: str
    region: str
    org_unit: str
    main: str
    addons: tuple[str, ...]
    sample: str
    day: int
    charging_mode: str = "postpaid"


def people() -> Iterator[DemoCustomer]:
    """Yield the demo operator's customers who pay their bills, the same ones each time."""
    bought, places = cycle(BOUGHT), cycle(PLACES)
    for number in range(1, PEOPLE + 1):
        yield _customer(number, next(places), *next(bought))


def talkers() -> Iterator[DemoCustomer]:
    """Yield the customers who pay before they talk."""
    for number in range(PEOPLE + 1, PEOPLE + TALKERS + 1):
        one = _customer(number, PLACES[0], "PREPAID-GO", (), "light", 1)
        yield one._replace(charging_mode="prepaid")


def coming_on(day: int) -> list[DemoCustomer]:
    """Return who comes on a day of the month."""
    return [one for one in (*people(), *talkers()) if one.day == day]


def days() -> list[int]:
    """Return the days on which somebody comes."""
    return sorted({day for _, _, _, day in islice(BOUGHT, None)})


def _customer(
    number: int, place: tuple[str, str], main: str, addons: tuple[str, ...], sample: str, day: int
) -> DemoCustomer:
    region, org_unit = place
    return DemoCustomer(
        number=number,
        name=SURNAMES[number % len(SURNAMES)] + GIVEN[number * 5 % len(GIVEN)],
        identity_number=_identity(number),
        region=region,
        org_unit=org_unit,
        main=main,
        addons=addons,
        sample=sample,
        day=day,
    )


def _identity(number: int) -> str:
    born = date(1970, 1, 1) + timedelta(days=number * 173)
    first = f"440106{born:%Y%m%d}{number:03d}"
    return first + str(ric.calc_check_digit(first + "0"))
