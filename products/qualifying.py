"""What somebody can buy here and now, and why not the rest: 可订资格 over the whole catalogue.

The catalogue is judged in one pass: each offering costs the time of its own relations.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import Conflict, DomainError
from products.eligibility import Facts, check_eligibility
from products.relations import Beside
from products.selectors import CatalogueAt, OfferingNotOnSale, can_be_bought, catalogue_at
from products.states import OfferingKind
from products.values import OfferingTerms


class HadAlready(Conflict):
    """What is switched on in the network can be had once."""

    code = "productHadAlready"
    zh = "用户已有产品 {offering_zh}, 不能重复订购"
    en = "The subscriber has {offering_en} already"


class ChargedOtherwise(Conflict):
    """The account is not of the mode in which the offering is paid for."""

    code = "chargingModeDiffers"
    zh = "产品 {offering_zh} 的付费方式与账户不同"
    en = "{offering_en} is paid for in another mode than the account's"


@dataclass(frozen=True, slots=True)
class Qualification:
    """One launched offering; ``refusals`` say why it cannot be bought, none that it can."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    refusals: tuple[DomainError, ...]

    @property
    def qualified(self) -> bool:
        """Tell whether it can be bought."""
        return not self.refusals


def qualify(
    *,
    facts: Facts,
    owned: Collection[str],
    at: datetime,
    kinds: Collection[str] | None = None,
    charging_mode: str = "",
) -> list[Qualification]:
    """Judge every launched offering for whoever ``facts`` describe, in order of the codes.

    ``owned`` are the offerings of the subscriber in question; of a customer who has none yet,
    none. A main product would take the place of the one that is owned. A bundle opens subscribers
    of its own, so that only its conditions count. ``kinds`` narrows what is judged,
    ``charging_mode`` is the account's. One query, whatever there is; raises ``OfferingNotFound``
    for an owned code that no offering has.
    """
    return judge(catalogue_at(at), facts, owned, kinds, charging_mode)


def judge(
    catalogue: CatalogueAt,
    facts: Facts,
    owned: Collection[str],
    kinds: Collection[str] | None,
    charging_mode: str,
) -> list[Qualification]:
    """Do what ``qualify`` does, for a catalogue that was read."""
    facts = replace(facts, owned=facts.owned | frozenset(owned))
    had = [catalogue.terms(code) for code in dict.fromkeys(owned)]
    relations = [relation for one in had for relation in one.relations]
    mains = [one.code for one in had if one.kind == OfferingKind.MAIN]
    once = {one.code for one in had if one.services}
    beside = {
        OfferingKind.ADDON: Beside(owned, (), relations, names=catalogue.names),
        OfferingKind.MAIN: Beside(owned, (), relations, leaving_codes=mains, names=catalogue.names),
    }
    found = []
    for terms in catalogue.launched():
        if kinds is not None and terms.kind not in kinds:
            continue
        refusals = _own_refusals(terms, facts, once, charging_mode)
        if terms.kind in beside:
            refusals += beside[OfferingKind(terms.kind)].against(terms.code, terms.relations)
        found.append(
            Qualification(terms.code, terms.name_zh, terms.name_en, terms.kind, tuple(refusals))
        )
    return found


def _own_refusals(
    terms: OfferingTerms, facts: Facts, once: Collection[str], charging_mode: str
) -> list[DomainError]:
    """Say what stands against an offering whatever else is owned."""
    refusals: list[DomainError] = []
    if not can_be_bought(terms):
        refusals.append(OfferingNotOnSale(offering=terms.code))
    if terms.code in once:
        refusals.append(HadAlready(**_spelled(terms)))
    if charging_mode and terms.charging_mode and terms.charging_mode != charging_mode:
        refusals.append(ChargedOtherwise(**_spelled(terms)))
    is_main = terms.kind == OfferingKind.MAIN
    own = replace(facts, brand=terms.brand) if is_main and terms.eligibility.brands else facts
    return [*refusals, *check_eligibility(terms, own)]


def _spelled(terms: OfferingTerms) -> dict[str, Any]:
    return {
        "offering": terms.code,
        "offering_zh": f"{terms.name_zh} ({terms.code})",
        "offering_en": f"{terms.name_en} ({terms.code})",
    }
