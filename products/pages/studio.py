"""The catalogue: every offering, narrowed by what it is, in the order one likes, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import Page, render_page, said
from core.sheets import sheet_answer
from products import permissions, selectors
from products.models import Brand, CatalogueRelease, OfferingQuerySet, ProductClass
from products.pages.links import address_of
from products.pages.pricing import CYCLE, Advertised, advertised
from products.pages.words import (
    SALE_TONES,
    SALES,
    day,
    instant,
    label,
    release_tone,
    status_tone,
    worded,
)
from products.states import (
    NOT_YET_SOLD,
    RELEASE_OPEN,
    ChargingMode,
    OfferingKind,
    OfferingStatus,
    ReleaseStatus,
)

ROWS = 50
MOST_EXPORTED = 10_000
CHUNK = 500
MOST_WORDS = 5
LONGEST = 80
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# A facet's name in addresses, the column it narrows, its titles.
FACETS = {
    "kind": ("kind", ("类型", "Kind")),
    "class": ("product_class__code", ("产品大类", "Class")),
    "brand": ("brand__code", ("品牌", "Brand")),
    "status": ("status", ("生命周期", "Lifecycle")),
    "mode": ("charging_mode", ("付费方式", "Charging mode")),
    "sale": ("sale", ("此刻销售", "Sale now")),
}
SORTS = {
    "code": ("代码", "Code"),
    "name": ("名称", "Name"),
    "price": ("每月", "Monthly"),
    "sale": ("开始销售", "On sale from"),
    "changed": ("最近变更", "Last changed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for and in which order; a word that means nothing narrows nothing."""

    search: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "code"
    descending: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """Read it from the address."""
        asked = request.GET
        sort = asked.get("sort", "")
        search = asked.get("q", "").replace("\x00", "").strip()[:LONGEST]
        return cls(
            search=search,
            chosen={
                name: tuple(sorted({value[:LONGEST] for value in asked.getlist(name) if value}))
                for name in FACETS
                if any(asked.getlist(name))
            },
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "code",
            descending=sort.startswith("-"),
        )

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.search or self.chosen)

    @property
    def order(self) -> str:
        """The order as it stands in addresses, empty where it is the usual one."""
        order = f"-{self.sort}" if self.descending else self.sort
        return "" if order == "code" else order

    def pairs(self) -> list[tuple[str, str]]:
        """Return what the address says of it."""
        narrowed = [(name, value) for name, values in self.chosen.items() for value in values]
        pairs = [("q", self.search), *narrowed, ("sort", self.order)]
        return [pair for pair in pairs if pair[1]]

    def address(self, **more: str) -> str:
        """Return the question part of an address that looks for the same."""
        return "?" + urlencode([*self.pairs(), *((key, one) for key, one in more.items() if one)])

    def toggled(self, facet: str, value: str) -> Sought:
        """Return the same with a facet's value taken in, or left out where it was."""
        values = set(self.chosen.get(facet, ())) ^ {value}
        rest = {name: kept for name, kept in self.chosen.items() if name != facet}
        return replace(self, chosen=rest | ({facet: tuple(sorted(values))} if values else {}))

    def sorted_by(self, sort: str) -> Sought:
        """Return the same in another order; the same order turns round."""
        turned = sort == self.sort and not self.descending
        return replace(self, sort=sort, descending=turned)


def searched(sought: Sought, at: datetime) -> OfferingQuerySet:
    """Return the offerings that have every word in a code or a name; ``sale`` is how they stand."""
    rows = selectors.list_offerings().order_by().annotate(sale=_sale(at))
    for word in sought.search.split()[:MOST_WORDS]:
        rows = rows.filter(
            Q(code__icontains=word) | Q(name_zh__icontains=word) | Q(name_en__icontains=word)
        )
    return rows


def narrowed(rows: OfferingQuerySet, sought: Sought) -> OfferingQuerySet:
    """Keep the offerings that fit every facet chosen."""
    for name, values in sought.chosen.items():
        rows = rows.filter(**{f"{FACETS[name][0]}__in": values})
    return rows


def _sale(at: datetime) -> Case:
    launched = Q(status=OfferingStatus.LAUNCHED)
    return Case(
        When(launched & Q(sale_from__gt=at), then=Value("later")),
        When(launched & Q(sale_to__lte=at), then=Value("over")),
        When(launched, then=Value("now")),
        default=Value("none"),
        output_field=CharField(),
    )


def _order_of(sought: Sought, at: datetime) -> Any:
    """Return what rows are sorted by; nothing in it is null, so that keys can be compared."""
    if sought.sort == "price":
        begin, end = "tariffs__versions__valid_from", "tariffs__versions__valid_to"
        not_past = Q(**{end: None}) | Q(**{f"{end}__gt": at})
        begun = Q(**{f"{begin}__lte": at}) | Q(status__in=NOT_YET_SOLD)
        per_cycle = Q(tariffs__versions__price_per=CYCLE)
        monthly = Sum("tariffs__versions__price_amount", filter=not_past & begun & per_cycle)
        return Coalesce(monthly, Value(Decimal(0)))
    if sought.sort == "sale":
        return Coalesce(F("sale_from"), Value(NEVER))
    columns = {"code": "code", "name": said("name_zh", "name_en"), "changed": "changed_at"}
    return F(columns[sought.sort])


def in_order(rows: OfferingQuerySet, sought: Sought, at: datetime) -> OfferingQuerySet:
    """Put rows into the order that is wished for."""
    sign = "-" if sought.descending else ""
    ordered: OfferingQuerySet = rows.annotate(sort_key=_order_of(sought, at)).order_by(
        f"{sign}sort_key", f"{sign}code"
    )
    return ordered


def _beyond(
    rows: OfferingQuerySet, sought: Sought, mark: str, at: datetime, *, back: bool = False
) -> OfferingQuerySet:
    """Keep what follows the offering ``mark`` (or, ``back``, goes before); an unknown one none."""
    marked = selectors.list_offerings().annotate(sort_key=_order_of(sought, at)).filter(code=mark)
    key = marked.values_list("sort_key", flat=True).first()
    if key is None:
        return rows
    side = "lt" if sought.descending != back else "gt"
    kept: OfferingQuerySet = rows.filter(
        Q(**{f"sort_key__{side}": key}) | Q(**{"sort_key": key, f"code__{side}": mark})
    )
    return kept.reverse() if back else kept


def show_catalogue(request: HttpRequest) -> HttpResponse:
    """Show the offerings there are, a page at a time, and how many are of each kind."""
    actor, sought, at = actor_of(request), Sought.of(request), timezone.now()
    rows, newer, older = _turned(sought, request, at)
    facets, found, whole = _facets(sought, at)
    return render_page(
        request,
        "products/studio.html",
        title=said("产品目录", "Catalogue"),
        sought=sought,
        rows=_shown(actor, rows, at),
        facets=facets,
        chips=[value | {"facet": one["title"]} for one in facets for value in one["values"]
               if value["chosen"]],
        found=found,
        whole=whole,
        headings=_headings(sought),
        before=sought.address(before=newer) if newer else "",
        after=sought.address(after=older) if older else "",
        hidden=[pair for pair in sought.pairs() if pair[0] != "q"],
        export=sought.address(),
        most=MOST_EXPORTED,
        draft=address_of(actor, "catalogue_draft"),
        releases=address_of(actor, "catalogue_releases"),
    )  # fmt: skip


def _headings(sought: Sought) -> list[dict[str, Any]]:
    """Return the heads of the columns, each with the orders that belong to it."""
    columns = (
        ("", ("name", "code"), ""),
        ("", ("price",), "amount"),
        (said("状态", "Status"), (), ""),
        (said("类型", "Kind"), (), ""),
        ("", ("sale", "changed"), ""),
    )
    turned = "descending" if sought.descending else "ascending"
    return [
        {
            "title": title,
            "class": css,
            "order": turned if sought.sort in sorts else "",
            "sorts": [
                {
                    "title": said(*SORTS[name]),
                    "address": sought.sorted_by(name).address(),
                    "order": turned if name == sought.sort else "",
                }
                for name in sorts
            ],
        }
        for title, sorts, css in columns
    ]


def _turned(sought: Sought, request: HttpRequest, at: datetime) -> tuple[list[Any], str, str]:
    """Return a page's rows, and the codes from which the ones before and after are reached."""
    rows = in_order(narrowed(searched(sought, at), sought), sought, at)
    rows = rows.select_related("product_class", "brand")
    before, after = _mark(request, "before"), _mark(request, "after")
    if before:
        page = list(_beyond(rows, sought, before, at, back=True)[: ROWS + 1])
        more, page = len(page) > ROWS, page[:ROWS][::-1]
        return page, page[0].code if more and page else "", page[-1].code if page else ""
    if after:
        rows = _beyond(rows, sought, after, at)
    page = list(rows[: ROWS + 1])
    more, page = len(page) > ROWS, page[:ROWS]
    return page, page[0].code if after and page else "", page[-1].code if more else ""


def _mark(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")[:40]


def _shown(actor: Actor, rows: list[Any], at: datetime) -> list[dict[str, Any]]:
    prices = advertised([row.pk for row in rows], at)
    releases = _releases([row.code for row in rows]) if rows else {}
    return [
        {
            "offering": row,
            "address": address_of(actor, "catalogue_product", row.code),
            "name": said(row.name_zh, row.name_en),
            "other_name": said(row.name_en, row.name_zh),
            "kind": label(OfferingKind, row.kind),
            "mode": label(ChargingMode, row.charging_mode),
            "class": said(row.product_class.name_zh, row.product_class.name_en),
            "brand": said(row.brand.name_zh, row.brand.name_en),
            "status": label(OfferingStatus, row.status),
            "tone": status_tone(row.status),
            "sale": worded(SALES, row.sale),
            "sale_tone": SALE_TONES[row.sale],
            "sale_from": day(row.sale_from),
            "changed": day(row.changed_at),
            "price": prices.get(row.pk, Advertised()),
            "releases": [
                {
                    "number": number,
                    "address": address_of(actor, "catalogue_release", number),
                    "words": label(ReleaseStatus, status),
                    "tone": release_tone(status),
                }
                for number, status in releases.get(row.code, ())
            ],
        }
        for row in rows
    ]


def _releases(codes: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the drafts and open releases that change these offerings, by code."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = CatalogueRelease.objects.filter(
        status__in=[ReleaseStatus.DRAFT, *RELEASE_OPEN],
        codes__overlap=[f"offering:{code}" for code in codes],
    )
    for number, status, changed in rows.values_list("release_no", "status", "codes"):
        for one in changed:
            found.setdefault(one.removeprefix("offering:"), []).append((number, status))
    return found


def _facets(sought: Sought, at: datetime) -> tuple[list[dict[str, Any]], int, int]:
    """Return each facet with how many there are of each value, how many fit, and how many at all.

    A facet counts what fits all the others, so that a second value can be taken in. One statement
    counts every combination there is: some hundred rows, however large the catalogue.
    """
    columns = [column for column, _ in FACETS.values()]
    counted = searched(sought, at).values_list(*columns).annotate(number=Count("pk"))
    counts = {name: Counter[str]() for name in FACETS}
    found = whole = 0
    for *values, number in counted.order_by():
        here = dict(zip(FACETS, values, strict=True))
        misses = [name for name, chosen in sought.chosen.items() if here[name] not in chosen]
        whole += number
        found += 0 if misses else number
        for name in FACETS:
            counts[name][here[name]] += number if not set(misses) - {name} else 0
    words = _facet_words()
    facets = [
        {
            "name": name,
            "title": said(*titles),
            "values": [
                {
                    "value": value,
                    "words": shown,
                    "number": counts[name][value],
                    "chosen": value in sought.chosen.get(name, ()),
                    "address": sought.toggled(name, value).address(),
                }
                for value, shown in words[name].items()
                if value in counts[name] or value in sought.chosen.get(name, ())
            ],
        }
        for name, (_, titles) in FACETS.items()
    ]
    return [facet for facet in facets if facet["values"]], found, whole


def _facet_words() -> dict[str, dict[str, str]]:
    """Return the values of each facet, in the order in which they are shown."""
    return {
        "kind": {str(one): label(OfferingKind, one) for one in OfferingKind},
        "class": _names(ProductClass),
        "brand": _names(Brand),
        "status": {str(one): label(OfferingStatus, one) for one in OfferingStatus},
        "mode": {str(one): label(ChargingMode, one) for one in ChargingMode},
        "sale": {name: said(*words) for name, words in SALES.items()},
    }


def _names(table: type[Brand | ProductClass]) -> dict[str, str]:
    rows = table.objects.order_by("pk").values_list("code", "name_zh", "name_en")
    return {code: said(zh, en) for code, zh, en in rows}


def export_catalogue(request: HttpRequest) -> HttpResponse:
    """Answer with the offerings that are looked for as CSV, at most ``MOST_EXPORTED``."""
    headers = [
        said("代码", "Code"), said("中文名称", "Chinese name"), said("英文名称", "English name"),
        said("类型", "Kind"), said("付费方式", "Charging mode"), said("产品大类", "Class"),
        said("品牌", "Brand"), said("生命周期", "Lifecycle"), said("此刻销售", "Sale now"),
        said("每月", "Monthly"), said("一次性", "Once"), said("币种", "Currency"),
        said("开始销售", "On sale from"), said("停止销售", "On sale until"),
        said("最近变更", "Last changed"),
    ]  # fmt: skip
    at = timezone.now()
    name = f"catalogue-{timezone.localtime(at):%Y%m%d-%H%M}.csv"
    return sheet_answer(name, headers, _exported(Sought.of(request), at))


def _exported(sought: Sought, at: datetime) -> Iterator[list[Any]]:
    """Yield the rows, reading a few at a time."""
    found = in_order(narrowed(searched(sought, at), sought), sought, at)
    keys = list(found.values_list("pk", flat=True)[:MOST_EXPORTED])
    every = selectors.list_offerings().annotate(sale=_sale(at))
    every = every.select_related("product_class", "brand")
    for first in range(0, len(keys), CHUNK):
        chunk = keys[first : first + CHUNK]
        rows, prices = every.in_bulk(chunk), advertised(chunk, at)
        for key in chunk:
            if key in rows:
                yield _exported_row(rows[key], prices.get(key, Advertised()))


def _exported_row(row: Any, price: Advertised) -> list[Any]:
    return [
        row.code, row.name_zh, row.name_en, label(OfferingKind, row.kind),
        label(ChargingMode, row.charging_mode),
        said(row.product_class.name_zh, row.product_class.name_en),
        said(row.brand.name_zh, row.brand.name_en), label(OfferingStatus, row.status),
        worded(SALES, row.sale), f"{price.monthly:f}", f"{price.once:f}", price.currency,
        instant(row.sale_from), instant(row.sale_to), instant(row.changed_at),
    ]  # fmt: skip


PAGES = (
    Page(
        path="catalogue/",
        name="catalogue_studio",
        view=show_catalogue,
        permission=permissions.VIEW_OFFERING,
        titles=("产品目录", "Catalogue"),
        icon="sell",
        group=("产品", "Catalogue"),
    ),
    Page(
        path="catalogue.csv",
        name="catalogue_export",
        view=export_catalogue,
        permission=permissions.VIEW_OFFERING,
        titles=("导出产品目录", "Export the catalogue"),
    ),
)
