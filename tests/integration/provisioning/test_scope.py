"""数据权限 at the network: numbers and cards by region, lines and work where their number is."""

from __future__ import annotations

import pytest
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.values import DataScope, Reach
from core.systems import System
from provisioning import picturing, services
from provisioning.models import Line, PhoneNumber, ProvisioningOrder, SimCard, WorkOrder
from provisioning.picturing import NumberSearch, NumberUnknown
from provisioning.refusals import NoSuchWorkOrder, UnknownNumber
from provisioning.services import desk
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Person, Post, person
from tests.signing import signed_in
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

GRANTS = (
    *("provisioning.view_phonenumber", "provisioning.view_simcard", "provisioning.view_line"),
    *("provisioning.view_provisioningorder", "provisioning.view_workorder"),
    *("provisioning.release_reservation", "provisioning.retry_work_order"),
    *("provisioning.complete_manual_work", "integration.view_flow"),
)
TABLES = {
    "phonenumber": "msisdn",
    "simcard": "iccid",
    "line": "subscriber_no",
    "provisioningorder": "order_no",
    "workorder": "subscriber_no",
}
REGIONS = ("GZ", "SZ", "")  # here, elsewhere, and what has none: it is everybody's
SEEN = {"unit": {"GZ", ""}, "region": {"GZ", ""}, "all": {"GZ", "SZ", ""}}


@pytest.fixture
def people(network: Simulator, post: Post) -> dict[str, Person]:
    """One in each region who is served by now."""
    found = {}
    for region in REGIONS:
        found[region] = somebody = person()
        post.send(somebody.order())
        PhoneNumber.objects.filter(pk=somebody.msisdn).update(region=region)
        SimCard.objects.filter(pk=somebody.iccid).update(region=region)
    return found


def browser(reach: str, **about: object):
    return signed_in(
        System.PROVISIONING, *GRANTS, data_scope=reach, org_unit="HQ-GZ-1", region="GZ", **about
    )


def actor(reach: str) -> Actor:
    scope = DataScope(reach=Reach(reach), region="GZ", units=("HQ-GZ-1",))
    return Actor(kind="operator", number="1", grants=frozenset({"*"}), scope=scope)


@pytest.mark.parametrize("reach", SEEN)
def test_tables_pages_and_exports_hold_what_is_seen(people, reach):
    look = browser(reach)
    for table, told in TABLES.items():
        content = look.get(f"/oss/provisioning/{table}/").content.decode()
        shown = {region for region in REGIONS if getattr(people[region], told) in content}
        assert shown == SEEN[reach], table
    for page in ("numbers/", "numbers/export/"):
        answer = look.get(f"/oss/{page}")
        content = (b"".join(answer) if answer.streaming else answer.content).decode()
        assert {r for r in REGIONS if people[r].msisdn in content} == SEEN[reach], page
    works = look.get("/oss/work-orders/?standing=all").content.decode()
    assert {r for r in REGIONS if people[r].subscriber_no in works} == SEEN[reach]
    steps = look.get("/oss/integration/flowstep/").content.decode()
    assert {r for r in REGIONS if people[r].order_no in steps} == SEEN[reach]
    for region in REGIONS:
        within = region in SEEN[reach]
        work = WorkOrder.objects.filter(subscriber_no=people[region].subscriber_no).first()
        for page in (f"numbers/{people[region].msisdn}/", f"work-orders/{work.work_order_no}/"):
            assert look.get(f"/oss/{page}").status_code == (200 if within else 404), page
        found = look.get("/oss/work-orders/", {"q": people[region].msisdn}).content.decode()
        assert (work.work_order_no in found) == within


def test_counts_and_choices_are_those_within(people):
    in_use = {share.state: share.count for share in picturing.count_numbers(actor("region"))}
    assert in_use["in_use"] == 2
    assert picturing.list_regions(actor("region")) == ["GZ"]
    assert set(picturing.list_regions(actor("all"))) == {"GZ", "SZ"}
    WorkOrder.objects.update(state="waiting", due_at=timezone.now())
    waiting = {r: picturing.count_work(actor(r), timezone.now()).waiting for r in SEEN}
    assert 0 < waiting["region"] == waiting["unit"] < waiting["all"]


def test_no_deed_reaches_what_is_outside(people):
    far, at = people["SZ"], timezone.now()
    work = WorkOrder.objects.filter(subscriber_no=far.subscriber_no).first()
    with pytest.raises(NoSuchWorkOrder):
        desk.retry_work_order(work_order_no=work.work_order_no, actor=actor("region"), at=at)
    with pytest.raises(NoSuchWorkOrder):
        services.complete_manual_work(
            work_order_no=work.work_order_no, actor=actor("region"), at=at
        )
    with pytest.raises(UnknownNumber):
        desk.release_reservation(
            msisdn=far.msisdn, reference="x", reason="x", actor=actor("region"), at=at
        )
    with pytest.raises(NumberUnknown):
        picturing.get_number(actor("region"), far.msisdn)
    work.refresh_from_db()
    assert work.state == "done"


def test_without_full_numbers_those_in_use_are_found_only_whole(people):
    somebody = people["GZ"]
    free = world.load()[0][0]
    look = browser("all", full_phone=False)
    for page in ("numbers/", "numbers/export/", "provisioning/phonenumber/"):
        answer = look.get(f"/oss/{page}")
        content = (b"".join(answer) if answer.streaming else answer.content).decode()
        assert somebody.msisdn not in content, page
        assert free in content, page
    whole = look.get("/oss/numbers/", {"digits": somebody.msisdn}).content.decode()
    assert somebody.subscriber_no in whole
    masked = f"{somebody.msisdn[:3]}****{somebody.msisdn[-4:]}"
    order = ProvisioningOrder.objects.get(subscriber_no=somebody.subscriber_no)
    line = Line.objects.get(pk=somebody.subscriber_no)
    work = WorkOrder.objects.filter(subscriber_no=somebody.subscriber_no).first()
    for page in (
        *("provisioning/line/", "provisioning/provisioningorder/", "work-orders/?standing=all"),
        *(f"provisioning/line/{line.pk}/change/", f"work-orders/{work.work_order_no}/"),
        f"provisioning/provisioningorder/{order.pk}/change/",
    ):
        content = look.get(f"/oss/{page}").content.decode()
        assert somebody.msisdn not in content, page
        assert masked in content, page
    assert [n.pk for n in picturing.numbers(actor("all"), NumberSearch(digits=free))] == [free]
