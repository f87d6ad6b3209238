"""The pages that carry files and compare both halves, over a catalogue that BOSS really holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_center.actors import system_actor
from core.systems import System
from demo.catalogue import put_on_sale
from integration.queries import SystemSilent
from integration.settling import settle
from products import exporting
from products.catalogue import parse
from products.catalogue.reader import MAX_BYTES
from products.mapping import Pair, compare_catalogues, list_pairs
from products.models import CatalogueRelease, CatalogueUpload, ProductOffering, Tariff
from products.services import save_draft
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture
from tests.integration.provisioning.world import set_up_elements
from tests.unit.products.example import catalogue, main, offering, tariff, text, version

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
ACTOR = system_actor("tests")
VIEW, IMPORT = "products.view_release", "products.import_catalogue"
MAPPING, FILES = "/crm/catalogue/mapping/", "/crm/catalogue/files/"


def talk() -> int:
    return settle(clock=lambda: AT)


@pytest.fixture(autouse=True)
def on_sale() -> None:
    set_up_elements()
    document = parse(text(catalogue()), file="example.yaml")
    put_on_sale(document, actor=ACTOR, at=AT, settle=talk)


@pytest.fixture
def client(sign_in: Any) -> Client:  # noqa: F811
    signed: Client = sign_in(
        System.CRM, VIEW, IMPORT, "products.release_request", "products.edit_draft"
    )
    signed.cookies["django_language"] = "en"
    return signed


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise SystemSilent(system="boss")

    monkeypatch.setattr(exporting, "ask_quietly", refuse)


def in_boss(statement: str) -> None:
    with connections["boss"].cursor() as cursor:
        cursor.execute(statement)


def shown(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def amiss() -> list[Pair]:
    return compare_catalogues(actor=ACTOR).amiss


# -- the mapping ----------------------------------------------------------------------------------


def test_both_halves_of_what_was_released_are_the_same() -> None:
    report = compare_catalogues(actor=ACTOR)
    assert report.amiss == []
    assert {kind: dict(counted) for kind, counted in report.counts.items()} == {
        "offering": {"same": 2},
        "tariff": {"same": 1},
        "service": {"same": 2},
    }


def test_what_differs_is_named_field_by_field() -> None:
    in_boss(
        "UPDATE billing_billingoffering SET name_zh = '别名', tariffs = '{}' WHERE code = 'PLAN'"
    )
    in_boss("UPDATE billing_billingtariff SET rules = '{}'")
    in_boss("DELETE FROM billing_billingservice WHERE code = 'VOICE'")
    Tariff.objects.create(
        code="A-NEW", kind="rating", charge_group="data", name_zh="新", name_en="n"
    )
    assert [(one.kind, one.key, one.standing, one.fields) for one in amiss()] == [
        ("offering", "PLAN", "differs", ("name_zh", "tariffs")),
        ("tariff", "RENTAL/00001", "differs", ("digest",)),
        ("service", "VOICE", "crm_only", ()),
    ]


def test_what_boss_alone_sells_is_amiss() -> None:
    in_boss(
        "INSERT INTO billing_billingoffering (code, kind, charging_mode, name_zh, name_en, "
        "tariffs, services, parts, status, launched_at, release_no) SELECT 'GHOST', "
        "kind, charging_mode, name_zh, name_en, tariffs, services, parts, status, launched_at, "
        "release_no "
        "FROM billing_billingoffering WHERE code = 'PLAN'"
    )
    assert [(one.key, one.standing) for one in amiss()] == [("GHOST", "boss_only")]


def test_a_draft_and_a_release_on_its_way_are_no_differences() -> None:
    entry = catalogue(offering("IDEA"))["offerings"]
    save_draft(content={"offerings": entry}, actor=ACTOR, at=AT)
    report = compare_catalogues(actor=ACTOR)
    assert report.amiss == []
    assert report.counts["offering"] == {"same": 2, "on_its_way": 1}


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_pages_of_any_size_give_the_same_pairs(at_once: int) -> None:
    in_boss("DELETE FROM billing_billingoffering WHERE code = 'PACK'")
    pairs = list(list_pairs("offering", actor=ACTOR, page=at_once))
    assert [(one.key, one.standing) for one in pairs] == [("PACK", "crm_only"), ("PLAN", "same")]
    assert [one.key for one in list_pairs("offering", actor=ACTOR, after="PACK", page=at_once)] == [
        "PLAN"
    ]


def test_the_report_is_printed_and_ends_with_what_it_found(silent_later: Any) -> None:
    out = StringIO()
    call_command("catalogue_mapping", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["differences"] == 0
    in_boss("DELETE FROM billing_billingservice WHERE code = 'VOICE'")
    with pytest.raises(SystemExit) as different:
        call_command("catalogue_mapping", stdout=(out := StringIO()))
    assert different.value.code == 1
    assert "service VOICE: BOSS 没有 / BOSS lacks it" in out.getvalue()
    silent_later()
    with pytest.raises(CommandError) as silence:
        call_command("catalogue_mapping", stdout=StringIO())
    assert silence.value.returncode == 2


@pytest.fixture
def silent_later(monkeypatch: pytest.MonkeyPatch) -> Any:
    def refuse(*args: Any) -> None:
        raise SystemSilent(system="boss")

    return lambda: monkeypatch.setattr(exporting, "ask_quietly", refuse)


def test_the_page_shows_pairs_and_narrows_them(client: Client) -> None:
    in_boss("UPDATE billing_billingoffering SET name_en = 'Other' WHERE code = 'PLAN'")
    page = shown(client, MAPPING)
    assert page.count("badge badge-success") == 4
    assert page.count("badge badge-danger") == 1
    assert "Name in English" in page
    only = shown(client, f"{MAPPING}?only=1")
    assert "PLAN" in only
    assert "badge-success" not in only
    assert "RENTAL" in shown(client, f"{MAPPING}?kind=tariff")
    assert "Nothing fits" in shown(client, f"{MAPPING}?q=nothing%00&kind=wrong")
    assert "Other" in shown(client, f"{MAPPING}?q=other")


def test_the_page_is_read_in_a_constant_number_of_statements(client: Client) -> None:
    def counted() -> tuple[int, int]:
        shown(client, MAPPING)
        with (
            CaptureQueriesContext(connections["default"]) as mine,
            CaptureQueriesContext(connections["boss"]) as yours,
        ):
            shown(client, MAPPING)
        return len(mine), len(yours)

    few = counted()
    more = [main(f"PLAN-{number}") for number in range(20)]
    document = parse(text(catalogue(*more)), file="more.yaml")
    put_on_sale(document, actor=ACTOR, at=AT, settle=talk)
    assert counted() == few


def test_a_long_mapping_is_turned_page_by_page(client: Client) -> None:
    more = [main(f"PLAN-{number:03d}") for number in range(60)]
    document = parse(text(catalogue(*more)), file="more.yaml")
    put_on_sale(document, actor=ACTOR, at=AT, settle=talk)
    first = shown(client, MAPPING)
    assert "PLAN-047" in first
    assert "PLAN-048" not in first
    assert "after=offering%3APLAN-047" in first
    second = shown(client, f"{MAPPING}?after=offering:PLAN-047")
    assert "PLAN-048" in second
    assert "RENTAL" in second
    assert "First page" in second


def test_without_boss_the_page_says_so_and_shows_what_crm_holds(
    client: Client, silent: None
) -> None:
    page = shown(client, f"{MAPPING}?only=1")
    assert "BOSS does not answer" in page
    assert page.count("Not compared") == 5
    assert client.get("/crm/catalogue/mapping.csv").status_code == 503


def test_the_mapping_is_taken_along_as_a_sheet(client: Client) -> None:
    in_boss("UPDATE billing_billingoffering SET name_en = 'Other' WHERE code = 'PLAN'")
    sheet = shown(client, "/crm/catalogue/mapping.csv?only=1").splitlines()
    assert len(sheet) == 2
    assert sheet[1].endswith("Differs,Name in English,PLAN,Other")


# -- files ----------------------------------------------------------------------------------------


def upload(client: Client, content: bytes, name: str = "mine.yaml") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"{FILES}upload/", {"file": file}, headers={"accept-language": "en"})


def test_the_catalogue_is_downloaded_and_uploading_it_differs_in_nothing(client: Client) -> None:
    answer = client.get(f"{FILES}catalogue.yaml")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="catalogue-')
    led = upload(client, answer.content)
    assert led.status_code == 302
    page = shown(client, led.url)
    assert "nothing differs" in page
    assert "Request the release" not in page
    assert client.post(f"{led.url}request/").url == led.url
    assert CatalogueRelease.objects.count() == 1


def test_a_file_is_looked_at_and_then_requested_once(client: Client) -> None:
    dearer = version(2, valid_from="2027-01-01")
    dearer["rules"]["amount"] = 35
    values = catalogue(
        offering("PACK-2", requires=["PLAN"]),
        main("PLAN", name={"zh": "新名", "en": "New name"}),
        tariffs=[tariff("RENTAL", version(valid_to="2027-01-01"), dearer)],
    )
    led = upload(client, text(values).encode())
    page = shown(client, led.url)
    for words in ("Added 1", "Changed 2", "PACK-2", "New name", "35 yuan every billing cycle"):
        assert words in page
    assert not ProductOffering.objects.filter(code="PACK-2").exists()
    first = client.post(f"{led.url}request/")
    again = client.post(f"{led.url}request/")
    release = CatalogueRelease.objects.get(status="requested")
    assert first.status_code == again.status_code == 302
    assert first.url == again.url
    assert release.release_no in first.url
    assert release.requested_by == "9001"
    assert release.release_no in shown(client, FILES)


def test_problems_are_shown_at_their_lines_and_nothing_is_written(client: Client) -> None:
    source = text(catalogue(main("PLAN", brand="NOBODY")))
    led = upload(client, source.encode())
    page = shown(client, led.url)
    line = source.splitlines().index("  brand: NOBODY") + 1
    assert f'<td class="amount">{line}</td><td class="files-place">offerings[0].brand</td>' in page
    assert "there is no NOBODY among the brands" in page
    assert "brand: NOBODY</code>" in page
    assert "Request the release" not in page
    refused = client.post(f"{led.url}request/")
    assert refused.status_code == 400
    assert CatalogueRelease.objects.count() == 1


def test_what_contradicts_the_rest_of_the_catalogue_is_told_before_it_is_requested(
    client: Client,
) -> None:
    values = catalogue(main("PLAN", status="retired"), offering("OTHER"))
    page = shown(client, upload(client, text(values).encode()).url)
    assert "nobody can buy PACK" in page
    assert "Request the release" not in page


LAUGHS = "a: &a [1]\n" + "\n".join(f"b{n}: &b{n} [*a, *a]" for n in range(9))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (LAUGHS.encode(), "anchors and aliases are not allowed"),
        (b"a: !!python/object/apply:os.system ['ls']", "tags are not allowed"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"a: {b: [", "not valid YAML"),
        (b"- 1\n- 2", "the document must be a mapping"),
        (b"\x00\x01", "control character"),
        (b"[" * 5000, "nested too deeply"),
        (b"%PDF-1.4", "not valid YAML"),
        (b"format: 2\nofferings: <script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_a_hostile_file_is_refused_in_words(client: Client, content: bytes, words: str) -> None:
    led = upload(client, content, name="<b>x</b>.yaml")
    assert led.status_code == 302
    page = shown(client, led.url)
    assert words in page
    assert "<b>x" not in page
    assert client.post(f"{led.url}request/").status_code == 400


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (MAX_BYTES + 1), "larger than 20 MB"),
        (b"", "not empty"),
        (b" \n", "not empty"),
    ],
)
def test_a_file_too_large_or_empty_is_refused_beside_its_field(
    client: Client, content: bytes, words: str
) -> None:
    answer = upload(client, content)
    assert answer.status_code == 400
    assert '<span class="error" id="file-error">' in answer.content.decode()
    assert words in answer.content.decode()
    assert not CatalogueUpload.objects.exists()


def test_no_file_at_all_is_refused_beside_the_field(client: Client) -> None:
    answer = client.post(f"{FILES}upload/", {"file": "text"})
    assert answer.status_code == 400
    assert "file-error" in answer.content.decode()


def test_a_file_that_is_not_kept_is_not_found(client: Client) -> None:
    address = f"{FILES}0d9c7a3e-0000-4000-8000-000000000000/"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}request/").status_code == 404


def test_without_boss_nothing_is_exported_and_rules_are_not_compared(
    client: Client, silent: None
) -> None:
    assert client.get(f"{FILES}catalogue.yaml").status_code == 503
    page = shown(client, upload(client, text(catalogue()).encode()).url)
    assert "rules and network commands are not compared" in page


def test_who_may_only_read_sees_no_import(sign_in: Any) -> None:  # noqa: F811
    reader = sign_in(System.CRM, VIEW, staff_no="9002")
    assert "multipart" not in shown(reader, FILES)
    assert upload(reader, b"a: 1").status_code == 403
    assert not CatalogueUpload.objects.exists()
