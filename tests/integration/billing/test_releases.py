"""ProductInfoRequest and ServiceSyncResponse: a release is held, passed on, and answered for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from billing.models import BillingOffering, BillingTariff, Release
from core.systems import System
from integration.messages import (
    DONE,
    Outcome,
    ProductInfoRequest,
    ProductInfoResponse,
    ServiceSyncRequest,
    ServiceSyncResponse,
)
from integration.models import InboxMessage, OutboxMessage
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    Statements,
    inbox_states,
    notes,
    offering,
    outcomes,
    release,
    said,
    tariff,
    version,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
JANUARY, JULY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def provisioning_answers(post: Post, outcome: Outcome = DONE, number: str = "R-1") -> None:
    post.send(
        ServiceSyncResponse(release_no=number, outcome=outcome),
        subject="catalogue",
        sender=System.PROVISIONING,
    )


def versions(code: str = "MONTHLY-A") -> list[tuple[int, datetime, datetime | None, Any]]:
    rows = BillingTariff.objects.filter(code=code).order_by("version")
    return list(rows.values_list("version", "valid_from", "valid_to", "rules"))


def test_offerings_and_computable_tariffs_are_held(post: Post) -> None:
    post.send(release(), subject="catalogue")

    held = BillingOffering.objects.values().get(code="PLAN-A")
    held.pop("id")
    assert held == {
        "code": "PLAN-A",
        "kind": "main",
        "charging_mode": "postpaid",
        "name_zh": "套餐甲",
        "name_en": "Plan A",
        "tariffs": ["MONTHLY-A"],
        "services": ["VOICE", "DATA"],
        "parts": [],
        "release_no": "R-1",
    }
    rental = BillingTariff.objects.values().get(code="MONTHLY-A")
    rental.pop("id")
    assert rental == {
        "code": "MONTHLY-A",
        "version": 1,
        "kind": "accounting",
        "charge_group": "rental",
        "name_zh": "月租",
        "name_en": "Rental",
        "currency": "CNY",
        "rules": {"amount": "59.00"},
        "valid_from": JANUARY,
        "valid_to": None,
        "release_no": "R-1",
    }
    assert [note[3] for note in notes()] == [
        "创建产品基本信息（编号和名称）和服务",
        "产品资费配置: 创建产品资费和服务功能",
    ]


def test_provisioning_gets_the_services_and_crm_hears_when_it_has_answered(post: Post) -> None:
    post.send(release(), subject="catalogue")

    (sync,) = said(System.PROVISIONING)
    assert sync == ServiceSyncRequest(release_no="R-1", services=release().services)
    assert OutboxMessage.objects.using("boss").get().subject == "catalogue"
    assert said(System.CRM) == []
    assert Release.objects.get().state == "received"

    provisioning_answers(post)

    assert said(System.CRM) == [ProductInfoResponse(release_no="R-1", outcome=DONE)]
    held = Release.objects.get()
    assert (held.state, held.received_at, held.answered_at) == ("confirmed", HEARD_AT, HEARD_AT)
    answer = OutboxMessage.objects.using("boss").get(receiver="crm")
    assert (answer.subject, answer.flow_no) == ("catalogue", "FC000000018")


def test_what_provisioning_refuses_is_refused_to_crm(post: Post) -> None:
    no = Outcome.refused("elementUnknown", "未知网元", "Unknown element")
    post.send(release(), subject="catalogue")
    provisioning_answers(post, no)

    assert outcomes() == [no]
    assert Release.objects.get().state == "refused"


def test_every_message_told_twice_acts_once(post: Post) -> None:
    request = post.send(release(), subject="catalogue")
    post.deliver(request)
    provisioning_answers(post)
    provisioning_answers(post)

    assert len(said(System.PROVISIONING)) == 1
    assert outcomes() == [DONE]
    assert Release.objects.count() == 1


def test_the_same_release_in_another_message_is_answered_as_before(post: Post) -> None:
    post.send(release(), subject="catalogue")
    post.send(release(), subject="catalogue")
    assert said(System.CRM) == []

    provisioning_answers(post)
    post.send(release(), subject="catalogue")

    assert outcomes() == [DONE, DONE]
    assert len(said(System.PROVISIONING)) == 1
    assert BillingTariff.objects.count() == 2


def test_another_content_under_the_same_release_number_is_refused(post: Post) -> None:
    post.send(release(), subject="catalogue")
    post.send(release(offering("PLAN-B")), subject="catalogue")

    assert [outcome.code for outcome in outcomes()] == ["releaseChanged"]
    assert not BillingOffering.objects.filter(code="PLAN-B").exists()


def test_a_new_version_takes_over_where_the_old_one_ends(post: Post) -> None:
    post.send(release(offering()), subject="catalogue")
    two = tariff(
        "MONTHLY-A",
        version(2, valid_from="2026-07-01T00:00:00Z", rules={"amount": "49.00"}),
        version(1, valid_to="2026-07-01T00:00:00Z"),
    )
    post.send(release(offering("PLAN-A", two), number="R-2"), subject="catalogue")

    assert outcomes() == []
    assert versions() == [
        (1, JANUARY, JULY, {"amount": "59.00"}),
        (2, JULY, None, {"amount": "49.00"}),
    ]
    rows = BillingTariff.objects.order_by("version").values_list("release_no", flat=True)
    assert list(rows) == ["R-1", "R-2"]


def test_an_offering_follows_the_latest_release_and_names_may_change(post: Post) -> None:
    post.send(release(offering()), subject="catalogue")
    renamed = offering(
        "PLAN-A",
        tariff(name={"zh": "月费", "en": "Monthly fee"}),
        tariff("EXTRA"),
        name={"zh": "套餐甲升级版", "en": "Plan A+"},
    )
    post.send(release(renamed, number="R-2"), subject="catalogue")

    held = BillingOffering.objects.get(code="PLAN-A")
    assert (held.name_zh, held.tariffs, held.release_no) == (
        "套餐甲升级版", ["MONTHLY-A", "EXTRA"], "R-2",
    )  # fmt: skip
    assert BillingTariff.objects.get(code="MONTHLY-A").name_zh == "月费"


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ([tariff("MONTHLY-A", version(rules={"amount": "1.00"}))], "tariffVersionChanged"),
        (
            [tariff("MONTHLY-A", version(valid_from="2026-02-01T00:00:00Z"))],
            "tariffVersionChanged",
        ),
        ([tariff("MONTHLY-A", charge_group="other")], "tariffVersionChanged"),
        (
            [tariff("MONTHLY-A", version(2, valid_from="2026-07-01T00:00:00Z"))],
            "tariffVersionsOverlap",
        ),
        (
            [
                tariff("NEW", version(1, valid_to="2026-02-01T00:00:00Z")),
                tariff("NEW", version(2, valid_from="2026-02-01T00:00:00Z"), currency="USD"),
            ],
            "tariffVersionsDisagree",
        ),
    ],
)
def test_a_released_version_is_kept_and_versions_never_overlap(
    post: Post, stated: list[dict[str, Any]], code: str
) -> None:
    post.send(release(offering()), subject="catalogue")
    before = versions(), notes()
    post.send(release(offering("PLAN-B", *stated), number="R-2"), subject="catalogue")

    assert [outcome.code for outcome in outcomes()] == [code]
    assert (versions(), notes()) == before
    assert not BillingOffering.objects.filter(code="PLAN-B").exists()
    assert Release.objects.count() == 1
    assert len(said(System.PROVISIONING)) == 1


def test_a_tariff_may_charge_for_several_offerings(post: Post) -> None:
    post.send(release(offering(), offering("PLAN-B")), subject="catalogue")

    assert BillingTariff.objects.count() == 1
    assert BillingOffering.objects.count() == 2


def test_a_malformed_release_is_set_aside_for_a_person(post: Post) -> None:
    broken = offering()
    del broken["tariffs"][0]["currency"]
    post.send(
        ProductInfoRequest(release_no="R-1", offerings=[broken], services=[]), subject="catalogue"
    )

    assert inbox_states() == {"dead": 1}
    assert "currency" in InboxMessage.objects.using("boss").get().error
    assert not Release.objects.exists()


def test_an_answer_for_a_release_nobody_sent_is_not_swallowed(post: Post) -> None:
    provisioning_answers(post, number="R-9")

    assert inbox_states() == {"dead": 1}
    assert said(System.CRM) == []


def test_a_release_takes_six_statements_however_large(post: Post) -> None:
    counts = []
    for number, size in enumerate((1, 60)):
        offerings = [offering(f"P{number}-{i}", tariff(f"T{number}-{i}")) for i in range(size)]
        received = post.envelope(release(*offerings, number=f"R-{number}"), subject="catalogue")
        with Statements() as statements:
            post.deliver(received)
        counts.append(len(statements.sent))

    # release and tariffs held; release, offerings, tariffs, sync; around them the inbox's three
    assert counts == [6 + 3, 6 + 3]


def test_the_kept_outcome_reads_back_as_it_was_given(post: Post) -> None:
    no = Outcome.refused("x", "甲", "a")
    post.send(release(), subject="catalogue")
    provisioning_answers(post, no)

    assert msgspec.convert(Release.objects.get().outcome, Outcome) == no
