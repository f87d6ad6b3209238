"""Whether somebody may have an offering: 订购资格, and the reason where he may not.

A pure rule: who orders gathers the facts once and asks for each offering that is wanted.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from core.errors import Conflict, DomainError
from products.values import EVERYBODY, BrandTerms, OfferingName, OfferingTerms

KINDS = {"person": ("个人客户", "persons"), "organisation": ("单位客户", "organisations")}
NOTHING = ("无", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of who orders.

    ``segment`` and ``region`` are the customer's, ``channel`` is where the order comes from.
    ``brand`` is that of the subscriber's main product as it is now, or as the same order brings it
    where there is none yet; ``months`` is how long the subscriber has been in the network.
    ``owned`` are the codes of what the subscriber has before the order, what it gives up too.
    """

    customer_kind: str
    segment: str = ""
    channel: str = ""
    region: str = ""
    brand: BrandTerms | None = None
    months: int = 0
    owned: frozenset[str] = frozenset()


class NotEligible(Conflict):
    """The offering is not for whoever orders it: what is needed, and what there is."""

    code = "notEligible"
    zh = "产品 {offering_zh} 不面向该客户: 需要 {needed_zh}, 现为 {found_zh}"
    en = "{offering_en} is not for this customer: it needs {needed_en}, there is {found_en}"


class CustomerKindNotEligible(NotEligible):
    """The offering is for persons only, or for organisations only."""

    code = "notEligibleCustomerKind"
    zh = "产品 {offering_zh} 仅面向{needed_zh}, 该客户为{found_zh}"
    en = "{offering_en} is for {needed_en} only, not for {found_en}"


class SegmentNotEligible(NotEligible):
    """The customer is of another segment."""

    code = "notEligibleSegment"
    zh = "产品 {offering_zh} 仅面向客户群 {needed_zh}, 该客户的客户群为 {found_zh}"
    en = "{offering_en} is for the segment {needed_en} only, the customer's is {found_en}"


class ChannelNotEligible(NotEligible):
    """The offering is sold elsewhere."""

    code = "notEligibleChannel"
    zh = "产品 {offering_zh} 仅在渠道 {needed_zh} 办理, 当前渠道为 {found_zh}"
    en = "{offering_en} is sold over the channel {needed_en} only, this one is {found_en}"


class RegionNotEligible(NotEligible):
    """The offering is sold in other regions."""

    code = "notEligibleRegion"
    zh = "产品 {offering_zh} 仅在区域 {needed_zh} 办理, 该客户的区域为 {found_zh}"
    en = "{offering_en} is sold in the region {needed_en} only, the customer's is {found_en}"


class BrandNotEligible(NotEligible):
    """The subscriber's main product is of another brand."""

    code = "notEligibleBrand"
    zh = "产品 {offering_zh} 仅面向品牌 {needed_zh} 的用户, 该用户的品牌为 {found_zh}"
    en = "{offering_en} is for subscribers of the brand {needed_en} only, this one's is {found_en}"


class MonthsNotEligible(NotEligible):
    """The subscriber has not been in the network for long enough."""

    code = "notEligibleMonths"
    zh = "产品 {offering_zh} 需要在网满 {needed_zh} 个月, 该用户在网 {found_zh} 个月"
    en = "{offering_en} needs {needed_en} months in the network, the subscriber has {found_en}"


class OwnerNotEligible(NotEligible):
    """The offering is for owners of others only."""

    code = "notEligibleOwner"
    zh = "产品 {offering_zh} 仅面向已订购 {needed_zh} 的用户"
    en = "{offering_en} is only for subscribers who have {needed_en} already"


def check_eligibility(terms: OfferingTerms, facts: Facts) -> list[DomainError]:
    """Return a refusal for each condition of the offering that the facts do not meet."""
    wanted = terms.eligibility
    if wanted is EVERYBODY:
        return []
    conditions: tuple[tuple[type[NotEligible], tuple[Any, ...], Any], ...] = (
        (CustomerKindNotEligible, wanted.customer_kinds, facts.customer_kind),
        (SegmentNotEligible, wanted.segments, facts.segment),
        (ChannelNotEligible, wanted.channels, facts.channel),
        (RegionNotEligible, wanted.regions, facts.region),
        (BrandNotEligible, wanted.brands, facts.brand),
    )
    refusals: list[DomainError] = [
        _refused(refusal, terms, needed, found)
        for refusal, needed, found in conditions
        if needed and found not in needed
    ]
    if facts.months < wanted.minimum_months:
        refusals.append(_refused(MonthsNotEligible, terms, (wanted.minimum_months,), facts.months))
    if wanted.owns and facts.owned.isdisjoint(one.code for one in wanted.owns):
        refusals.append(_refused(OwnerNotEligible, terms, wanted.owns, None))
    return refusals


def months_in_network(since: datetime, at: datetime) -> int:
    """Return the whole months between two instants, by the days of the operator's time zone.

    What began on the 31st completes its month on the last day of a shorter one.
    """
    first, last = localdate(since), localdate(at)
    months = (last.year - first.year) * 12 + last.month - first.month
    ends_the_month = last.day == monthrange(last.year, last.month)[1]
    if last.day < first.day and not ends_the_month:
        months -= 1
    return max(months, 0)


def _refused(
    refusal: type[NotEligible], terms: OfferingTerms, needed: tuple[Any, ...], found: Any
) -> NotEligible:
    return refusal(
        offering=terms.code,
        offering_zh=f"{terms.name_zh} ({terms.code})",
        offering_en=f"{terms.name_en} ({terms.code})",
        needed_zh=" 或 ".join(_spelled(one)[0] for one in needed),
        needed_en=" or ".join(_spelled(one)[1] for one in needed),
        found_zh=_spelled(found)[0],
        found_en=_spelled(found)[1],
    )


def _spelled(value: Any) -> tuple[str, str]:
    if isinstance(value, BrandTerms):
        return (value.name_zh, value.name_en)
    if isinstance(value, OfferingName):
        return (f"{value.name_zh} ({value.code})", f"{value.name_en} ({value.code})")
    if value is None or value == "":
        return NOTHING
    return KINDS.get(value, (str(value), str(value)))
