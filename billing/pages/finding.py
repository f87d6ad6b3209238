"""What the pages read: releases by how far they are, versions held before, words in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)

from billing.models import BillingService, BillingTariff, Release, ReleaseDeed
from billing.selectors import ReleaseNotFound
from billing.states import RELEASE_CLOSED, ReleaseState

PAGE = 25
MOST_DEEDS = 200
MOST_WORDS = 100
OPEN = (ReleaseState.RECEIVED, ReleaseState.SYNCING, ReleaseState.CONFIGURED)
STANDINGS: dict[str, tuple[ReleaseState, ...]] = {
    "waiting": (ReleaseState.RECEIVED,),
    "syncing": (ReleaseState.SYNCING,),
    "configured": (ReleaseState.CONFIGURED,),
    "closed": RELEASE_CLOSED,
    "all": (),
}


class _Counted(Func):
    """How many items a JSON path finds in a release's content."""

    function = "jsonb_array_length"
    output_field = IntegerField()

    def __init__(self, path: str) -> None:
        found = Func(
            F("content"),
            Value(path),
            function="jsonb_path_query_array",
            template="%(function)s(%(expressions)s::jsonpath)",
        )
        super().__init__(found)


def count_releases() -> dict[str, int]:
    """Return how many releases stand where."""
    rows = Release.objects.order_by().values_list("state").annotate(Count("pk"))
    by_state = dict(rows)
    return {
        key: sum(by_state.get(state, 0) for state in states or ReleaseState.values)
        for key, states in STANDINGS.items()
    }


def page_of_releases(*, standing: str, term: str, page: str) -> Slice[Any]:
    """Return a page of releases, those that wait for configuration first, then the newest."""
    found = Release.objects.defer("content", "thread").annotate(
        offerings=_Counted("$.offerings[*]"),
        versions=_Counted("$.tariffs[*].versions[*]"),
        versions_left=_Counted("$.tariffs[*].versions[*] ? (@.rules == null)"),
        services=_Counted("$.services[*]"),
        services_left=_Counted("$.services[*] ? (@.commands == null || @.commands.size() == 0)"),
        rank=Case(
            *(When(state=state, then=Value(rank)) for rank, state in enumerate(OPEN)),
            default=Value(len(OPEN)),
        ),
    )
    states = STANDINGS[standing]
    if states and not term:
        found = found.filter(state__in=states)
    if term:
        found = found.filter(
            Q(release_no__iexact=term)
            | Q(title__icontains=term)
            | Q(content__offerings__contains=[{"code": term.upper()}])
            | Q(content__tariffs__contains=[{"code": term.upper()}])
            | Q(content__services__contains=[{"code": term.upper()}])
        )
    return Paginator(found.order_by("rank", "-received_at", "-pk"), PAGE).get_page(page)


def get_state(release_no: str) -> Release:
    """Return how a release stands, without its content; raise ``ReleaseNotFound``."""
    found = Release.objects.defer("content", "thread").filter(release_no=release_no).first()
    if found is None:
        raise ReleaseNotFound(release_no=release_no)
    return found


def list_deeds(release: Release) -> list[ReleaseDeed]:
    """Return what was done to a release, the newest first."""
    return list(release.deeds.order_by("-at", "-id")[:MOST_DEEDS])


def launched_versions(codes: Iterable[str]) -> set[tuple[str, int]]:
    """Return which versions of these tariffs are in effect or were: their rules stay."""
    rows = BillingTariff.objects.filter(code__in=list(codes), launched_at__isnull=False)
    return set(rows.values_list("code", "version"))


def version_before(code: str, version: int) -> BillingTariff | None:
    """Return the newest version of a tariff that BOSS holds below this one."""
    return BillingTariff.objects.filter(code=code, version__lt=version).order_by("-version").first()


def held_services(codes: Iterable[str]) -> dict[str, BillingService]:
    """Return what BOSS holds of these services."""
    return {one.code: one for one in BillingService.objects.filter(code__in=list(codes))}


def charge_groups(release: Release) -> list[str]:
    """Return the charge groups in use, those of the release among them."""
    held = BillingTariff.objects.order_by("charge_group").values_list("charge_group", flat=True)
    own = {tariff["charge_group"] for tariff in release.content["tariffs"]}
    return sorted(own | set(held.distinct()[:MOST_WORDS]))


def zones() -> dict[str, list[str]]:
    """Return the zones and visited zones that rules in effect speak of."""
    return {
        "zones": _words("$.**.zone"),
        "roaming": _words("$.**.roaming"),
    }


def command_words(release: Release) -> dict[str, list[str]]:
    """Return the elements and parameters that commands speak of, here and elsewhere."""
    held = BillingService.objects.order_by().values_list("commands", flat=True)[:2000]
    own = [one["commands"] for one in release.content["services"] if one["commands"]]
    commands = [one for several in [*held, *own] for one in several]
    return {
        "elements": sorted({one["element"] for one in commands}),
        "parameters": sorted({name for one in commands for name in one["parameters"]}),
    }


def page_of_tariffs(*, term: str, kind: str, page: str) -> Slice[dict[str, Any]]:
    """Return a page of the tariffs that BOSS holds, each with its newest version's number."""
    found: QuerySet[Any] = BillingTariff.objects.order_by("code")
    if term:
        found = found.filter(
            Q(code__icontains=term) | Q(name_zh__icontains=term) | Q(name_en__icontains=term)
        )
    if kind:
        found = found.filter(kind=kind)
    codes = found.values("code").annotate(newest=Max("version"), count=Count("pk"))
    return Paginator(codes, PAGE).get_page(page)


def newest_versions(rows: Iterable[dict[str, Any]]) -> dict[str, BillingTariff]:
    """Return the newest version of each tariff on a page."""
    wanted = {row["code"]: row["newest"] for row in rows}
    found = BillingTariff.objects.filter(code__in=list(wanted))
    return {one.code: one for one in found if one.version == wanted[one.code]}


def versions_of(code: str) -> list[BillingTariff]:
    """Return all versions that BOSS holds of a tariff, the newest first."""
    return list(BillingTariff.objects.filter(code=code).order_by("-version"))


def _words(path: str) -> list[str]:
    found = Func(
        F("rules"),
        Value(path),
        function="jsonb_path_query",
        template="%(function)s(%(expressions)s::jsonpath) #>> '{}'",
        output_field=TextField(),
    )
    rows = BillingTariff.objects.order_by().annotate(word=found).values_list("word", flat=True)
    return sorted(word for word in rows.distinct()[:MOST_WORDS] if word)
