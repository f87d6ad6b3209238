"""A catalogue document becomes the catalogue: whole, once, and never against its owners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auth_center.actors import Actor
from core.errors import PermissionDenied
from products import importing
from products.catalogue import CatalogueDocument, CatalogueRefused
from products.models import (
    CatalogueRevision,
    OfferingEligibility,
    OfferingRelation,
    OfferingStatusChange,
    ProductOffering,
    TariffVersion,
)
from products.permissions import IMPORT_CATALOGUE
from tests.unit.products.example import (
    Values,
    bundle,
    document,
    main,
    offering,
    service,
    tariff,
    version,
)
from tests.written import CatalogueImported, import_catalogue

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[Any]]:
    return {
        model._meta.model_name: list(model.objects.order_by("pk").values_list())
        for model in apps.get_app_config("products").get_models()
    }


@pytest.fixture
def take(actor: Actor, at: datetime) -> Any:
    def imported(*offerings: Values, **changes: Any) -> CatalogueImported:
        return import_catalogue(document(*offerings, **changes), actor=actor, at=at)

    return imported


def refused(take: Any, *offerings: Values, **changes: Any) -> list[tuple[str, str]]:
    before = everything()
    with pytest.raises(CatalogueRefused) as refusal:
        take(*offerings, **changes)
    assert everything() == before
    assert all(problem.line > 1 for problem in refusal.value.problems)
    return [(problem.path, problem.en) for problem in refusal.value.problems]


def test_the_demo_catalogue_is_taken_whole(
    demo: CatalogueDocument, actor: Actor, at: datetime
) -> None:
    done = import_catalogue(demo, actor=actor, at=at)
    assert done.created["productoffering"] == len(demo.offerings) == 61
    assert done.created["tariffversion"] == sum(len(one.versions) for one in demo.tariffs)
    assert (done.changed, done.removed) == ({}, {})
    plan = ProductOffering.objects.get(code="PLAN-59")
    assert [one.service.code for one in plan.service_links.all()] == list(
        next(one.services for one in demo.offerings if one.code == "PLAN-59")
    )
    assert plan.created_at == plan.changed_at == at


def test_taking_it_twice_changes_nothing(
    imported: CatalogueDocument, actor: Actor, at: datetime
) -> None:
    before = everything()
    again = import_catalogue(imported, actor=actor, at=at + timedelta(days=1))
    assert again.nothing_changed
    assert again.revision == CatalogueRevision.objects.get().number
    assert everything() == before


def test_only_what_differs_is_written(take: Any, actor: Actor, at: datetime) -> None:
    take(main("PLAN"), offering("PACK"))
    later = at + timedelta(days=1)
    renamed = document(main("PLAN", name={"zh": "新名", "en": "New"}), offering("PACK"))
    done = import_catalogue(renamed, actor=actor, at=later)
    assert (done.created, done.changed, done.removed) == ({}, {"productoffering": 1}, {})
    plan, pack = ProductOffering.objects.order_by("-code")
    assert (plan.name_zh, plan.created_at, plan.changed_at) == ("新名", at, later)
    assert pack.changed_at == at


def test_relations_and_links_left_out_are_removed_and_date_their_offering(
    take: Any, actor: Actor, at: datetime
) -> None:
    home = {"any_of": ["PLAN"], "min": 1, "max": 1}
    take(main("PLAN"), offering("PACK", requires=["PLAN"]), bundle("HOME", home))
    later = at + timedelta(days=1)
    changed = document(
        main("PLAN", services=["MSISDN"]), offering("PACK"), bundle("HOME", {**home, "max": 2})
    )
    done = import_catalogue(changed, actor=actor, at=later)
    assert done.removed == {"offeringservice": 1, "offeringrelation": 1}
    assert done.changed == {"offeringrelation": 1}
    assert set(ProductOffering.objects.values_list("changed_at", flat=True)) == {later}
    assert OfferingRelation.objects.get().maximum == 2


def test_who_may_have_an_offering_is_taken_changed_and_taken_back(
    take: Any, actor: Actor, at: datetime
) -> None:
    stated = {
        "customer_kinds": ["person"],
        "segments": ["student", "学生"],
        "channels": ["app"],
        "regions": ["GZ"],
        "brands": ["HOUSE"],
        "minimum_months": 12,
    }
    done = take(main("PLAN"), offering("PACK", eligibility=stated))
    assert done.created["offeringeligibility"] == 1
    row = OfferingEligibility.objects.get(offering__code="PACK")
    assert {name: getattr(row, name) for name in stated} == stated

    later = at + timedelta(days=1)
    wider = document(main("PLAN"), offering("PACK", eligibility={"minimum_months": 6}))
    done = import_catalogue(wider, actor=actor, at=later)
    assert (done.created, done.changed, done.removed) == ({}, {"offeringeligibility": 1}, {})
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in stated} == {
        **{name: [] for name in stated},
        "minimum_months": 6,
    }
    assert import_catalogue(wider, actor=actor, at=later).nothing_changed

    for_all = document(main("PLAN"), offering("PACK"))
    done = import_catalogue(for_all, actor=actor, at=later + timedelta(days=1))
    assert (done.created, done.changed, done.removed) == ({}, {}, {"offeringeligibility": 1})
    dates = dict(ProductOffering.objects.values_list("code", "changed_at"))
    assert dates == {"PLAN": at, "PACK": later + timedelta(days=1)}


def test_what_the_document_does_not_list_stays(take: Any) -> None:
    take(main("PLAN"), offering("PACK", requires=["PLAN"]))
    take(main("PLAN"))
    assert ProductOffering.objects.count() == 2
    assert OfferingRelation.objects.count() == 1


def test_each_arrow_is_kept_with_who_and_when(take: Any, at: datetime) -> None:
    take(main("PLAN", status="in_test"))
    take(main("PLAN", status="launched"))
    changes = OfferingStatusChange.objects.order_by("id").values_list(
        "from_status", "to_status", "changed_at", "actor_kind", "actor_number"
    )
    assert list(changes) == [
        ("", "in_test", at, "system", "tests"),
        ("in_test", "launched", at, "system", "tests"),
    ]


def test_an_arrow_that_does_not_exist_is_refused(take: Any) -> None:
    take(main("PLAN", status="retired"))
    assert refused(take, main("PLAN", status="launched")) == [
        ("offerings[0].status", "PLAN cannot go from retired to launched")
    ]


def test_what_was_sold_keeps_its_kind_and_charging_mode(take: Any) -> None:
    take(main("PLAN"))
    assert refused(take, main("PLAN", charging_mode="prepaid")) == [
        (
            "offerings[0].charging_mode",
            "the charging_mode of PLAN cannot change (it is postpaid)",
        )
    ]


def test_what_was_never_sold_may_still_become_something_else(take: Any) -> None:
    take(main("PLAN", status="in_design"))
    take(main("PLAN", status="in_design", charging_mode="prepaid"))
    assert ProductOffering.objects.get().charging_mode == "prepaid"


def test_a_tariff_and_a_service_keep_their_kind(take: Any) -> None:
    take(main("PLAN"))
    number = service("MSISDN", kind="resource", resource="msisdn")
    voice = service("VOICE", kind="content", provider="Somebody")
    assert refused(take, main("PLAN"), services=[number, voice])[0][0] == "services[1].kind"
    moved = tariff("RENTAL", charge_group="voice")
    assert refused(take, main("PLAN"), tariffs=[moved])[0][0] == "tariffs[0].charge_group"


@pytest.mark.parametrize("begins", ["2026-01-01", "2030-01-01"])
def test_a_released_version_keeps_its_rules_and_its_beginning(take: Any, begins: str) -> None:
    plan = main("PLAN", sale={"from": begins})
    take(plan, tariffs=[tariff("RENTAL", version(valid_from=begins))])
    cheaper = version(valid_from=begins)
    cheaper["rules"] = {**cheaper["rules"], "amount": 1}
    (problem,) = refused(take, plan, tariffs=[tariff("RENTAL", cheaper)])
    assert problem[0] == "tariffs[0].versions[0]"
    renumbered = tariff("RENTAL", version(2, valid_from=begins))
    (problem,) = refused(take, plan, tariffs=[renumbered])
    assert problem == ("tariffs[0]", "RENTAL v1 is released and cannot be left out")


def test_a_new_version_takes_over_where_the_old_one_is_ended(take: Any) -> None:
    take(main("PLAN"))
    border = "2027-01-01"
    done = take(
        main("PLAN"),
        tariffs=[tariff("RENTAL", version(1, valid_to=border), version(2, valid_from=border))],
    )
    assert (done.created, done.changed) == ({"tariffversion": 1}, {"tariffversion": 1})
    later = "2027-03-01"
    done = take(
        main("PLAN"),
        tariffs=[
            tariff(
                "RENTAL",
                version(1, valid_to=border),
                version(2, valid_from=border, valid_to=later),
                version(3, valid_from=later),
            )
        ],
    )
    old, new, newest = TariffVersion.objects.order_by("version")
    assert (old.valid_to, new.valid_to) == (new.valid_from, newest.valid_from)


def test_a_version_cannot_be_ended_in_the_past(take: Any) -> None:
    take(main("PLAN"))
    versions = version(1, valid_to="2026-10-01"), version(2, valid_from="2026-10-01")
    assert refused(take, main("PLAN"), tariffs=[tariff("RENTAL", *versions)]) == [
        ("tariffs[0].versions[0].valid_to", "RENTAL v1 cannot end otherwise in the past")
    ]


def test_new_commands_of_a_service_are_noticed_though_provisioning_holds_them(take: Any) -> None:
    take(main("PLAN"))
    number = service("MSISDN", kind="resource", resource="msisdn")
    louder = [{"element": "hlr", "command": "enable", "parameters": {"service": "V2"}}]
    done = take(main("PLAN"), services=[number, service("VOICE", commands=louder)])
    assert done.changed == {"service": 1}


def test_a_failure_in_the_middle_writes_nothing(
    demo: CatalogueDocument, actor: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()

    def fail(*_: Any) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(importing.Writing, "_relations", fail)
    with pytest.raises(RuntimeError):
        import_catalogue(demo, actor=actor, at=at)
    assert everything() == before


def test_only_who_may_imports(demo: CatalogueDocument, at: datetime) -> None:
    before = everything()
    clerk = Actor(kind="operator", number="1001", grants=frozenset({"products.view_offering"}))
    with pytest.raises(PermissionDenied) as refusal:
        import_catalogue(demo, actor=clerk, at=at)
    assert refusal.value.values["permission"] == IMPORT_CATALOGUE
    assert everything() == before


def test_the_number_of_statements_does_not_grow_with_the_catalogue(take: Any) -> None:
    def statements(count: int) -> int:
        packs = [offering(f"PACK-{count}-{i}", requires=["PLAN"]) for i in range(count)]
        with CaptureQueriesContext(connection) as captured:
            take(main("PLAN"), *packs)
        return len(captured)

    take(main("PLAN"))
    assert statements(100) == statements(3)
