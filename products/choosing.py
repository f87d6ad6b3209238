"""What somebody may choose of the catalogue, at which price, and why he may not have the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch, Q

from core.errors import DomainError
from products.eligibility import Facts, check_eligibility
from products.models import OfferingQuerySet, OfferingTariff, ProductOffering, TariffVersion
from products.relations import Beside, check
from products.selectors import catalogue_at, list_on_sale, offering_terms
from products.states import OfferingKind, RelationKind
from products.values import OfferingTerms

MOST_SHOWN = 100
CYCLE, ONCE = "cycle", "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one tariff promises: its words, and the amount it is advertised with, if any.

    ``per`` is "cycle", "once", a quantity ("1 GB"), or empty where words alone say it.
    """

    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    amount: Decimal | None
    per: str
    is_rating: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An offering as it is shown to whoever chooses; ``refusals`` say why it cannot be had."""

    code: str
    kind: str
    charging_mode: str
    class_zh: str
    class_en: str
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    resources: tuple[str, ...]
    prices: tuple[Price, ...]
    refusals: tuple[DomainError, ...] = ()

    @property
    def monthly(self) -> Decimal:
        """What is paid each cycle, as advertised."""
        return self._sum(CYCLE)

    @property
    def once(self) -> Decimal:
        """What is paid once, as advertised."""
        return self._sum(ONCE)

    @property
    def beyond(self) -> list[Price]:
        """What usage costs, included allowances and all."""
        return [price for price in self.prices if price.is_rating]

    @property
    def rebates(self) -> list[Price]:
        """What changes other amounts: discounts, caps, minimums. Words alone say them."""
        return [price for price in self.prices if price.amount is None and not price.is_rating]

    def _sum(self, per: str) -> Decimal:
        amounts = (one.amount for one in self.prices if one.per == per and one.amount is not None)
        return sum(amounts, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A place in a bundle: ``minimum`` to ``maximum`` of these alternatives together."""

    number: int
    minimum: int
    maximum: int
    choices: tuple[Choice, ...]


def list_mains(at: datetime, *, charging_mode: str, facts: Facts, search: str = "") -> list[Choice]:
    """Return the main products on sale for accounts of that mode, those that can be had first."""
    offerings = _searched(list_on_sale(at).main().filter(charging_mode=charging_mode), search)
    choices = sorted(_choices(offerings[:MOST_SHOWN], at), key=_mobile_then_cheap)
    return _possible_first(_judged(choices, [], [], [], facts, at))


def list_bundles(at: datetime, *, facts: Facts, search: str = "") -> list[Choice]:
    """Return the bundles on sale, those that can be had first."""
    offerings = _searched(list_on_sale(at).filter(kind=OfferingKind.BUNDLE), search)
    choices = _choices(offerings[:MOST_SHOWN], at)
    terms = offering_terms([choice.code for choice in choices], at)
    return _possible_first(
        [
            replace(choice, refusals=tuple(check_eligibility(terms[choice.code], facts)))
            for choice in choices
        ]
    )


def list_addons(
    at: datetime,
    *,
    facts: Facts,
    owned: Sequence[str] = (),
    wanted: Sequence[str] = (),
    leaving: Sequence[str] = (),
    search: str = "",
) -> list[Choice]:
    """Return the add-ons on sale, each judged beside what is ``owned`` and ``wanted``.

    What is wanted comes first, whatever is searched for; then what can be had, then the rest.
    What is owned and switched on in the network cannot be had twice and is left out.
    """
    had = {code for code, one in offering_terms(owned, at).items() if one.services}
    addons = list_on_sale(at).filter(kind=OfferingKind.ADDON).exclude(code__in=had)
    picked = _choices(addons.filter(code__in=wanted), at)
    others = _searched(addons.exclude(code__in=wanted), search)
    found = _choices(others[: 4 * MOST_SHOWN], at)
    judged = _judged([*picked, *found], owned, wanted, leaving, facts, at)
    first = judged[: len(picked)]
    return [*first, *_possible_first(judged[len(picked) :])[:MOST_SHOWN]]


def list_changes(
    at: datetime,
    *,
    main: str,
    charging_mode: str,
    facts: Facts,
    owned: Sequence[str],
    wanted: Sequence[str] = (),
    leaving: Sequence[str] = (),
) -> list[Choice]:
    """Return the main products that ``main`` can be changed to, with what stands against each.

    They want the same resources: a mobile plan takes the place of a mobile plan. ``wanted`` and
    ``leaving`` are the add-ons that the same order brings and gives up.
    """
    offerings = list_on_sale(at).main().filter(charging_mode=charging_mode).exclude(code=main)
    resources = set(offering_terms([main], at)[main].resources)
    choices = [one for one in _choices(offerings, at) if set(one.resources) == resources]
    choices.sort(key=_mobile_then_cheap)
    given_up = [*leaving, main]
    return _possible_first(_judged(choices, owned, wanted, given_up, facts, at))


def get_choices(codes: Iterable[str], at: datetime) -> dict[str, Choice]:
    """Return offerings by their codes, whether still on sale or not."""
    offerings = ProductOffering.objects.filter(code__in=set(codes))
    return {choice.code: choice for choice in _choices(offerings, at)}


def parts_of(bundle: str, at: datetime) -> list[Part]:
    """Return the places of a bundle, in order, with what is on sale for each."""
    terms = offering_terms([bundle], at)[bundle]
    relations = [one for one in terms.relations if one.kind == RelationKind.PART_OF]
    known = {
        choice.code: choice
        for choice in _choices(
            list_on_sale(at).filter(code__in=[one.source for one in relations]), at
        )
    }
    places: dict[int, Part] = {}
    for relation in relations:
        place = places.setdefault(
            relation.choice,
            Part(
                number=relation.choice,
                minimum=relation.minimum or 0,
                maximum=relation.maximum or 0,
                choices=(),
            ),
        )
        if relation.source in known:
            choice = known[relation.source]
            places[relation.choice] = replace(place, choices=(*place.choices, choice))
    return [places[number] for number in sorted(places)]


def refusals_together(
    at: datetime,
    *,
    owned: Sequence[str] = (),
    wanted: Sequence[str],
    leaving: Sequence[str] = (),
) -> list[DomainError]:
    """Return what stands against having all of ``wanted`` at once, giving up ``leaving``."""
    catalogue = catalogue_at(at)
    codes = {*owned, *wanted, *leaving}
    relations = [relation for code in codes for relation in catalogue.terms(code).relations]
    return check(owned, wanted, relations, leaving_codes=leaving, names=catalogue.names)


def _judged(
    choices: list[Choice],
    owned: Sequence[str],
    wanted: Sequence[str],
    leaving: Sequence[str],
    facts: Facts,
    at: datetime,
) -> list[Choice]:
    """Say of each choice what stands against it beside what is owned and wanted."""
    if not choices:
        return []
    catalogue = catalogue_at(at)
    fixed = [relation for code in (*owned, *wanted) for relation in catalogue.terms(code).relations]
    beside = Beside(owned, wanted, fixed, leaving_codes=leaving, names=catalogue.names)
    judged = []
    for choice in choices:
        terms = catalogue.terms(choice.code)
        own = replace(facts, brand=terms.brand) if choice.kind == OfferingKind.MAIN else facts
        refusals = (*check_eligibility(terms, own), *beside.against(terms.code, terms.relations))
        judged.append(replace(choice, refusals=refusals))
    return judged


def _searched(offerings: OfferingQuerySet, search: str) -> OfferingQuerySet:
    """Narrow to what has every word of ``search`` in its code, name or description."""
    for word in search.split()[:5]:
        offerings = offerings.filter(
            Q(code__icontains=word)
            | Q(name_zh__icontains=word)
            | Q(name_en__icontains=word)
            | Q(description_zh__icontains=word)
            | Q(description_en__icontains=word)
        )
    return offerings


def _mobile_then_cheap(choice: Choice) -> tuple[bool, Decimal, str]:
    return ("msisdn" not in choice.resources, choice.monthly, choice.code)


def _possible_first(choices: list[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: bool(choice.refusals))


def _choices(offerings: OfferingQuerySet, at: datetime) -> list[Choice]:
    """Return offerings with the prices in effect at ``at``, in three statements."""
    rows = offerings.select_related("product_class").prefetch_related(
        Prefetch("tariff_links", OfferingTariff.objects.select_related("tariff")),
        Prefetch(
            "tariff_links__tariff__versions",
            TariffVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at),
        ),
    )
    found = list(rows)
    terms = offering_terms([row.code for row in found], at) if found else {}
    return [_choice(row, terms[row.code]) for row in found]


def _choice(row: ProductOffering, terms: OfferingTerms) -> Choice:
    return Choice(
        code=row.code,
        kind=row.kind,
        charging_mode=row.charging_mode,
        class_zh=row.product_class.name_zh,
        class_en=row.product_class.name_en,
        name_zh=row.name_zh,
        name_en=row.name_en,
        description_zh=row.description_zh,
        description_en=row.description_en,
        resources=terms.resources,
        prices=tuple(
            Price(
                name_zh=link.tariff.name_zh,
                name_en=link.tariff.name_en,
                description_zh=version.description_zh,
                description_en=version.description_en,
                amount=version.price_amount,
                per=version.price_per,
                is_rating=link.tariff.kind == "rating",
            )
            for link in row.tariff_links.all()
            for version in link.tariff.versions.all()
        ),
    )
