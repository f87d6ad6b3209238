"""产品映射: each offering, tariff version and service as CRM and as BOSS hold it, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import Page, render_page, said
from core.sheets import sheet_answer
from integration.queries import SystemSilent
from products import permissions
from products.mapping import FIELDS, KINDS, PAGE, Kind, Pair, Row, list_pairs, pairs_without_boss
from products.pages.links import address_of
from products.pages.words import CHARGE_GROUPS, RESOURCES, instant, label, worded
from products.states import ChargingMode, OfferingKind, OfferingStatus, ServiceKind, TariffKind

ROWS = 50
MOST_EXPORTED = 50_000
LONGEST = 80
KIND_WORDS = {
    "offering": ("产品", "Offering"),
    "tariff": ("资费版本", "Tariff version"),
    "service": ("服务", "Service"),
}
STANDINGS = {
    "same": ("一致", "Same", "success"),
    "differs": ("不一致", "Differs", "danger"),
    "crm_only": ("BOSS 没有", "Not in BOSS", "danger"),
    "boss_only": ("CRM 没有", "Not in CRM", "danger"),
    "on_its_way": ("发布中", "On its way", "info"),
    "unknown": ("未比较", "Not compared", "quiet"),
}
FIELD_WORDS = {
    "kind": ("类型", "Kind"),
    "charging_mode": ("付费方式", "Charging mode"),
    "name_zh": ("中文名称", "Name in Chinese"),
    "name_en": ("英文名称", "Name in English"),
    "status": ("生命周期", "Lifecycle"),
    "tariffs": ("资费", "Tariffs"),
    "services": ("服务", "Services"),
    "parts": ("组成部分", "Parts"),
    "charge_group": ("费用组", "Charge group"),
    "currency": ("币种", "Currency"),
    "valid_from": ("生效", "Begins"),
    "valid_to": ("失效", "Ends"),
    "digest": ("内容摘要", "Mark of the content"),
    "resource": ("资源项", "Resource"),
    "provider": ("内容提供商", "Provider"),
}
_KIND_CHOICES: dict[Kind, Any] = {
    "offering": OfferingKind,
    "tariff": TariffKind,
    "service": ServiceKind,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; a word that means nothing narrows nothing."""

    kind: Kind | None = None
    only: bool = False
    search: str = ""
    after: tuple[Kind, str] | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """Read it from the address."""
        asked = request.GET
        kind, _, key = asked.get("after", "").replace("\x00", "").partition(":")
        return cls(
            kind=_kind(asked.get("kind", "")),
            only=asked.get("only") == "1",
            search=asked.get("q", "").replace("\x00", "").strip()[:LONGEST],
            after=(last, key[:60]) if (last := _kind(kind)) else None,
        )

    def query(self, **changes: str) -> str:
        """Spell it as an address, with other values."""
        values = {
            "kind": self.kind or "",
            "only": "1" if self.only else "",
            "q": self.search,
            **changes,
        }
        return urlencode({name: value for name, value in values.items() if value})

    def finds(self, pair: Pair) -> bool:
        """Tell whether a pair is among what is looked for."""
        if self.only and not pair.amiss:
            return False
        if not self.search:
            return True
        texts = [pair.code, *_names(pair.crm), *_names(pair.boss)]
        return any(self.search.casefold() in text.casefold() for text in texts)


def show_mapping(request: HttpRequest) -> HttpResponse:
    """Show pairs, a page at a time; without BOSS what CRM has."""
    actor, sought = actor_of(request), Sought.of(request)
    found, silent = _found(actor, sought, ROWS + 1)
    shown = found[:ROWS]
    more = ""
    if len(found) > ROWS:
        last = shown[-1]
        more = f"?{sought.query(after=f'{last.kind}:{last.key}')}"
    return render_page(
        request,
        "products/mapping.html",
        title=said("产品映射", "Mapping"),
        sought=sought,
        kinds=[(kind, said(*KIND_WORDS[kind]), sought.kind == kind) for kind in KINDS],
        rows=[_described(actor, pair, silent) for pair in shown],
        silent=silent,
        more=more,
        first=f"?{sought.query()}" if sought.after else "",
        export=f"{reverse('crm:catalogue_mapping_export')}?{sought.query()}",
    )


def export_mapping(request: HttpRequest) -> HttpResponse:
    """Answer with the pairs as a spreadsheet; raises ``SystemSilent``."""
    actor, sought = actor_of(request), Sought.of(request)
    pairs = islice(_pairs(actor, sought, PAGE), MOST_EXPORTED)
    return sheet_answer(
        "mapping.csv",
        [
            *(said("类别", "Of"), said("编码", "Code"), said("中文名称", "Name in Chinese")),
            *(said("英文名称", "Name in English"), said("状态", "Standing")),
            *(said("差异项", "What differs"), "CRM", "BOSS"),
        ],
        (_line(pair) for pair in pairs),
    )


def _found(actor: Actor, sought: Sought, most: int) -> tuple[list[Pair], bool]:
    """Return the first pairs that are looked for, and whether BOSS was silent."""
    page = most if not (sought.search or sought.only) else PAGE
    try:
        return list(islice(_pairs(actor, sought, page), most)), False
    except SystemSilent:
        ours = (
            pair
            for kind, after in _kinds(sought)
            for pair in pairs_without_boss(kind, actor=actor, after=after)
            if Sought(search=sought.search).finds(pair)
        )
        return list(islice(ours, most)), True


def _pairs(actor: Actor, sought: Sought, page: int) -> Iterator[Pair]:
    for kind, after in _kinds(sought):
        for pair in list_pairs(kind, actor=actor, after=after, page=page):
            if sought.finds(pair):
                yield pair


def _kinds(sought: Sought) -> Iterator[tuple[Kind, str]]:
    """Yield the kinds that are still to be read, and behind which key."""
    kinds = [sought.kind] if sought.kind else list(KINDS)
    first, key = sought.after or (kinds[0], "")
    for kind in kinds[kinds.index(first) :] if first in kinds else kinds:
        yield kind, key if kind == first else ""


def _kind(word: str) -> Kind | None:
    return next((kind for kind in KINDS if kind == word), None)


def _names(row: Row | None) -> list[str]:
    return [row["name_zh"], row["name_en"]] if row else []


def _described(actor: Actor, pair: Pair, silent: bool) -> dict[str, Any]:
    one = pair.crm or pair.boss or {}
    zh, en, tone = STANDINGS["unknown" if silent else pair.standing]
    return {
        "pair": pair,
        "kind": said(*KIND_WORDS[pair.kind]),
        "name": said(one["name_zh"], one["name_en"]),
        "version": one.get("version", ""),
        "address": address_of(actor, _PAGES[pair.kind], pair.code) if pair.crm else "",
        "standing": said(zh, en),
        "tone": tone,
        "differing": [said(*FIELD_WORDS[name]) for name in pair.fields],
        "fields": [
            {
                "label": said(*FIELD_WORDS[name]),
                "crm": _shown(pair.kind, name, pair.crm),
                "boss": _shown(pair.kind, name, pair.boss),
                "differs": name in pair.fields,
            }
            for name in FIELDS[pair.kind]
        ],
    }


_PAGES = {
    "offering": "catalogue_product",
    "tariff": "catalogue_tariff",
    "service": "catalogue_service",
}


def _shown(kind: Kind, name: str, row: Row | None) -> str:
    """Return what one side holds, as people read it."""
    value = row.get(name) if row else None
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(sorted(value))
    return _WORDED[name](kind, str(value)) if name in _WORDED else str(value)


_WORDED: dict[str, Callable[[Kind, str], str]] = {
    "kind": lambda kind, value: label(_KIND_CHOICES[kind], value),
    "charging_mode": lambda kind, value: label(ChargingMode, value),
    "status": lambda kind, value: label(OfferingStatus, value),
    "charge_group": lambda kind, value: worded(CHARGE_GROUPS, value),
    "resource": lambda kind, value: worded(RESOURCES, value),
    "valid_from": lambda kind, value: instant(datetime.fromisoformat(value)),
    "valid_to": lambda kind, value: instant(datetime.fromisoformat(value)),
    "digest": lambda kind, value: value[:12],
}


def _line(pair: Pair) -> list[str]:
    one = pair.crm or pair.boss or {}
    names = pair.fields or (("digest",) if pair.kind != "offering" else ("status",))
    return [
        said(*KIND_WORDS[pair.kind]),
        pair.key,
        *(one["name_zh"], one["name_en"]),
        said(*STANDINGS[pair.standing][:2]),
        said("、", ", ").join(said(*FIELD_WORDS[name]) for name in pair.fields),
        "; ".join(_shown(pair.kind, name, pair.crm) for name in names),
        "; ".join(_shown(pair.kind, name, pair.boss) for name in names),
    ]


PAGES = [
    Page(
        path="catalogue/mapping/",
        name="catalogue_mapping",
        view=show_mapping,
        permission=permissions.VIEW_RELEASE,
        titles=("产品映射", "Mapping"),
        icon="compare_arrows",
        group=("产品", "Catalogue"),
    ),
    Page(
        path="catalogue/mapping.csv",
        name="catalogue_mapping_export",
        view=export_mapping,
        permission=permissions.VIEW_RELEASE,
        titles=("导出产品映射", "Export the mapping"),
    ),
]
