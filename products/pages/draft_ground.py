"""What a draft's form stands on, read from the tables in a constant number of statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Case, Q, When

from auth_center.actors import Actor
from core.words import said
from products import selectors
from products.catalogue.content import SECTIONS, Content, Entry
from products.models import CatalogueRelease, ProductOffering, Service, Tariff, TariffVersion
from products.pages import words
from products.pages.draft_fields import Chip
from products.pages.draft_form import DraftForm, Ground, offering_form
from products.pages.links import address_of
from products.states import OfferingKind, OfferingStatus, ReleaseStatus, ServiceKind, TariffKind

MOST_FOUND = 8
PLACES = re.compile(r"(?P<section>offerings|tariffs|services|brands|classes)\[(?P<index>[0-9]+)\]")
NOTHING: Content = {section: [] for section in SECTIONS}


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a form names, by what they are."""

    offerings: frozenset[str]
    tariffs: frozenset[str]
    services: frozenset[str]

    @classmethod
    def of(cls, saved: Content, form: DraftForm | None = None, *more: str) -> Codes:
        """Return the codes that a draft and its form name."""
        offerings, tariffs, services = set(more), set(), set()
        for entry in saved.get("offerings", []):
            offerings.add(entry["code"])
        tariffs |= {entry["code"] for entry in saved.get("tariffs", [])}
        services |= {entry["code"] for entry in saved.get("services", [])}
        if form is not None:
            tariffs |= {row.code for row in form.tariffs}
            services |= {row.code for row in form.services}
            if form.offering is not None:
                offerings |= {form.offering.code, *_named_offerings(form)}
                tariffs |= set(form.offering.tariffs)
                services |= set(form.offering.services)
        return cls(frozenset(offerings), frozenset(tariffs), frozenset(services))

    @classmethod
    def named_by(cls, entry: Entry) -> Codes:
        """Return the codes that an offering's entry names, its own too."""
        form = DraftForm(offering=offering_form(entry, ZoneInfo("UTC")))
        return cls.of(NOTHING, form)


def _named_offerings(form: DraftForm) -> set[str]:
    offering = form.offering
    if offering is None:
        return set()
    rows = [*offering.requires, *(part.any_of for part in offering.parts)]
    alone = {*offering.excludes, *offering.replaces, *offering.owns}
    return alone | {code for row in rows for code in row}


def operator_zone() -> ZoneInfo:
    """Return the zone in which the operator's days begin."""
    return ZoneInfo(selectors.operator_section()["timezone"])


def read_ground(saved: Content, codes: Codes, *, entries: Iterable[str] = ()) -> Ground:
    """Return what the form of a draft stands on.

    Of tariffs and services only what was released counts as there; ``entries`` are offerings of
    which the whole entry is wanted.
    """
    catalogue = selectors.content_of_catalogue(list(entries))
    catalogue["tariffs"] = released_tariffs(codes.tariffs)
    catalogue["services"] = released_services(codes.services)
    return Ground(saved=saved, catalogue=catalogue, zone=operator_zone())


def released_tariffs(codes: Iterable[str]) -> list[Entry]:
    """Return the entries of tariffs with the versions that were released, and no other."""
    drafted = set(
        TariffVersion.objects.filter(tariff__code__in=list(codes), rules_digest="").values_list(
            "tariff__code", "version"
        )
    )
    entries = []
    for entry in selectors.tariffs_of_catalogue(codes):
        versions = [v for v in entry["versions"] if (entry["code"], v["version"]) not in drafted]
        if versions:
            entries.append({**entry, "versions": versions})
    return entries


def released_services(codes: Iterable[str]) -> list[Entry]:
    """Return the entries of services whose commands are known, and no other."""
    rows = Service.objects.filter(code__in=list(codes)).exclude(commands_digest="")
    entries: list[Entry] = []
    for row in rows.order_by("code"):
        entry: Entry = {"code": row.code, "kind": row.kind}
        entry["name"] = {"zh": row.name_zh, "en": row.name_en}
        entry |= {key: held for key in ("resource", "provider") if (held := getattr(row, key))}
        entries.append(entry)
    return entries


def codes_taken(form: DraftForm) -> dict[str, set[str]]:
    """Return which codes of a form are in use already, by section."""
    mine = form.offering.code if form.offering is not None else ""
    return {
        "offerings": _held(ProductOffering, [mine]),
        "tariffs": _held(Tariff, [row.code for row in form.tariffs]),
        "services": _held(Service, [row.code for row in form.services]),
    }


def _held(model: type[ProductOffering | Tariff | Service], codes: Iterable[str]) -> set[str]:
    found: Iterable[str] = model.objects.filter(code__in=list(codes)).values_list("code", flat=True)
    return set(found)


# -- names ---------------------------------------------------------------------------------------


def chips(codes: Codes, ground: Ground) -> dict[tuple[str, str], Chip]:
    """Return what is to be said of each code that a form names, by kind and code."""
    found: dict[tuple[str, str], Chip] = {}
    for kind in ("offering", "tariff", "service"):
        for entry in ground.saved.get(f"{kind}s", []):
            name = said(entry["name"]["zh"], entry["name"]["en"])
            here = said("本草稿", "in this draft")
            found[kind, entry["code"]] = Chip(code=entry["code"], name=name, note=here)
    offerings = ProductOffering.objects.filter(code__in=codes.offerings)
    tariffs = Tariff.objects.filter(code__in=codes.tariffs)
    services = Service.objects.filter(code__in=codes.services)
    found |= {("offering", row.code): offering_chip(row) for row in offerings}
    found |= {("tariff", row.code): tariff_chip(row) for row in tariffs}
    found |= {("service", row.code): service_chip(row) for row in services}
    return found


def offering_chip(row: ProductOffering) -> Chip:
    """Return what is said of an offering that is chosen."""
    note = words.label(OfferingKind, row.kind)
    if row.status != OfferingStatus.LAUNCHED:
        note += " · " + words.label(OfferingStatus, row.status)
    return Chip(code=row.code, name=said(row.name_zh, row.name_en), note=note)


def tariff_chip(row: Tariff) -> Chip:
    """Return what is said of a tariff that is chosen."""
    group = words.worded(words.CHARGE_GROUPS, row.charge_group)
    note = f"{words.label(TariffKind, row.kind)} · {group}"
    return Chip(code=row.code, name=said(row.name_zh, row.name_en), note=note)


def service_chip(row: Service) -> Chip:
    """Return what is said of a service that is chosen."""
    note = words.label(ServiceKind, row.kind)
    return Chip(code=row.code, name=said(row.name_zh, row.name_en), note=note)


def find_chips(kind: str, term: str) -> list[Chip]:
    """Return a few things that may be chosen, by a part of their code or name; a whole code first.

    What cannot be chosen any more is left out.
    """
    sought = Q()
    for word in term.split()[:4]:
        sought &= Q(code__icontains=word) | Q(name_zh__icontains=word) | Q(name_en__icontains=word)
    order = (Case(When(code__iexact=term, then=0), default=1), "code")
    if kind == "offering":
        rows = ProductOffering.objects.filter(sought).exclude(status=OfferingStatus.OBSOLETE)
        return [offering_chip(row) for row in rows.order_by(*order)[:MOST_FOUND]]
    if kind == "tariff":
        found = Tariff.objects.filter(sought).order_by(*order)[:MOST_FOUND]
        return [tariff_chip(row) for row in found]
    services = Service.objects.filter(sought).order_by(*order)[:MOST_FOUND]
    return [service_chip(row) for row in services]


# -- other releases ------------------------------------------------------------------------------


def open_elsewhere(actor: Actor, code: str, but: str = "") -> list[dict[str, str]]:
    """Return the drafts and open releases that change an offering already, with who and where."""
    states = (ReleaseStatus.DRAFT, *_OPEN)
    rows = CatalogueRelease.objects.filter(codes__contains=[code], status__in=states)
    return [
        {
            "number": row.release_no,
            "who": row.created_by,
            "status": words.label(ReleaseStatus, row.status),
            "address": address_of(actor, "catalogue_release", row.release_no),
        }
        for row in rows.exclude(release_no=but).order_by("-created_at")[:3]
    ]


_OPEN = (ReleaseStatus.REQUESTED, ReleaseStatus.ACCEPTED, ReleaseStatus.CONFIGURED)
