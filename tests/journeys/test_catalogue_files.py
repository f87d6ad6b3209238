"""The catalogue goes out as a file and comes back equal, through CRM, BOSS and provisioning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import HealthCheck, given, settings

from auth_center.actors import system_actor
from demo.catalogue import put_on_sale
from integration.queries import SystemSilent
from integration.settling import settle
from products import exporting
from products.catalogue import CatalogueDocument, parse
from products.exporting import export_catalogue
from products.management.commands import import_catalogue
from products.models import CatalogueRelease, ProductOffering
from products.selectors import content_of_catalogue
from products.services import save_draft
from tests.integration.provisioning.world import set_up_elements
from tests.unit.products.example import catalogue, main, offering, text
from tests.unit.products.generated import documents

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
ACTOR = system_actor("tests")
TABLES = {
    "default": (
        "products_cataloguerelease, products_catalogueoperator, products_productoffering, "
        "products_tariff, products_service, products_brand, products_productclass"
    ),
    "boss": (
        "billing_billingoffering, billing_billingtariff, billing_billingservice, billing_release"
    ),
    "oss": "provisioning_networkservice",
}


@pytest.fixture(autouse=True)
def elements() -> None:
    set_up_elements()


def talk() -> int:
    return settle(clock=lambda: AT)


def sell(document: CatalogueDocument) -> None:
    put_on_sale(document, actor=ACTOR, at=AT, settle=talk)


def wipe() -> None:
    for alias, tables in TABLES.items():
        with connections[alias].cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} CASCADE")


def example() -> CatalogueDocument:
    return parse(text(catalogue()), file="example.yaml")


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents())
def test_a_catalogue_that_is_exported_wiped_and_imported_is_equal(
    document: CatalogueDocument,
) -> None:
    wipe()
    sell(document)
    first, content = export_catalogue(actor=ACTOR), content_of_catalogue()
    assert first.left_out == ()
    wipe()
    sell(parse(first.text, file="again.yaml"))
    assert export_catalogue(actor=ACTOR) == first
    assert content_of_catalogue() == content


def test_the_exported_catalogue_says_what_the_file_said_and_importing_it_changes_nothing() -> None:
    sell(example())
    export = export_catalogue(actor=ACTOR)
    exported = parse(export.text, file="example.yaml")
    assert exported.offerings == example().offerings
    assert exported.tariffs == example().tariffs
    assert exported.services == example().services
    assert put_on_sale(exported, actor=ACTOR, at=AT, settle=talk) is None


def test_a_draft_is_not_exported() -> None:
    sell(example())
    draft = catalogue(offering("IDEA", status="launched"))
    save_draft(content={"offerings": draft["offerings"]}, actor=ACTOR, at=AT)
    export = export_catalogue(actor=ACTOR)
    assert export.left_out == ("IDEA",)
    assert "IDEA" not in export.text


def test_boss_silent_means_no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*args: Any) -> None:
        raise SystemSilent(system="boss")

    monkeypatch.setattr(exporting, "ask_quietly", silent)
    with pytest.raises(CommandError) as refusal:
        call_command("export_catalogue", stderr=StringIO())
    assert refusal.value.returncode == 2
    assert "boss" in str(refusal.value)


def test_boss_holding_something_else_means_no_export() -> None:
    sell(example())
    with connections["boss"].cursor() as cursor:
        cursor.execute(
            "UPDATE billing_billingtariff SET rules = jsonb_set(rules, '{amount}', '\"1\"')"
        )
    with pytest.raises(exporting.HalvesDiffer) as refusal:
        export_catalogue(actor=ACTOR)
    assert "RENTAL v1" in refusal.value.en


# -- the commands ---------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text(catalogue()), encoding="utf-8")
    return path


def test_a_dry_run_tells_the_difference_and_writes_nothing(file: Path) -> None:
    told = run("import_catalogue", str(file), "--dry-run")
    assert "新增 added: PLAN PLAN（中文） / PLAN" in told
    assert "added: 7, changed: 0, removed: 0" in told
    assert not ProductOffering.objects.exists()
    assert not CatalogueRelease.objects.exists()


def test_a_dry_run_tells_every_problem_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    source = text(catalogue(main("PLAN", brand="NOBODY"), offering("PACK", requires=["NONE"])))
    path.write_text(source, encoding="utf-8")
    line = source.splitlines().index("  brand: NOBODY") + 1
    with pytest.raises(CommandError) as refusal:
        run("import_catalogue", str(path), "--dry-run")
    assert refusal.value.returncode == 1
    assert f"bad.yaml:{line}: offerings[0].brand: " in str(refusal.value)
    assert "there is no NONE among the offerings" in str(refusal.value)


def test_an_import_is_one_request_that_another_person_approves(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = json.loads(run("import_catalogue", str(file)).splitlines()[-1])
    assert requested["status"] == "requested"
    assert not ProductOffering.objects.filter(status="launched").exists()
    talk()
    wipe()
    monkeypatch.setattr(import_catalogue.time, "sleep", lambda seconds: talk())
    monkeypatch.setattr(import_catalogue, "_actor", lambda no, name: system_actor(no or name))
    told = run("import_catalogue", str(file), "--approve-as", "9002")
    assert json.loads(told.splitlines()[-1])["status"] == "launched"
    assert ProductOffering.objects.filter(status="launched").count() == 2
    talk()
    again = run("import_catalogue", str(file)).splitlines()[-1]
    assert json.loads(again) == {"release_no": None, "status": "unchanged"}


def test_what_cannot_be_configured_in_time_waits(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_catalogue, "_actor", lambda no, name: system_actor(no or name))
    with pytest.raises(CommandError) as refusal:
        run("import_catalogue", str(file), "--approve-as", "9002", "--wait", "0")
    assert refusal.value.returncode == 3


def test_an_unknown_member_of_staff_imports_nothing(file: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run("import_catalogue", str(file), "--staff", "0000")
    assert "0000" in str(refusal.value)
    assert not CatalogueRelease.objects.exists()


def test_an_export_is_written_to_a_file(tmp_path: Path) -> None:
    sell(example())
    path = tmp_path / "out.yaml"
    run("export_catalogue", str(path))
    assert path.read_text(encoding="utf-8") == export_catalogue(actor=ACTOR).text
