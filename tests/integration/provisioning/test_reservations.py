"""资源预占: kept under a reference for a time, by one at a time, all or nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from core.errors import DomainError
from core.systems import System
from integration.messages import ResourceReleaseRequest, ResourceReserveRequest
from integration.queries import ask_quietly
from provisioning import services
from provisioning.models import PhoneNumber, SimCard
from provisioning.numbering import iccid_of
from provisioning.refusals import NumberTaken, SimTaken, UnknownNumber, UnknownSim
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Person, Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(databases=["oss"])


@pytest.fixture
def somebody() -> Person:
    return person(reserved=False)


def test_number_and_card_are_kept_for_a_day(somebody: Person) -> None:
    before = world.now()
    somebody.reserve()
    number = PhoneNumber.objects.get(pk=somebody.msisdn)
    assert (number.state, number.reference) == ("reserved", somebody.order_no)
    assert number.reserved_until is not None
    assert number.reserved_until - before >= timedelta(hours=24)
    assert SimCard.objects.get(pk=somebody.iccid).reference == somebody.order_no


def test_reserving_takes_two_statements(somebody: Person) -> None:
    with world.Statements() as statements:
        somebody.reserve()
    assert len(statements.sent) == 2, statements.sent


def test_asked_again_the_same_are_kept(somebody: Person) -> None:
    somebody.reserve()
    somebody.reserve()
    assert world.resources(somebody) == ("reserved", "reserved")


def test_a_number_kept_for_another_is_refused_and_the_card_stays_free(somebody: Person) -> None:
    other = person()
    with pytest.raises(NumberTaken) as refused:
        somebody.with_number(other.msisdn, somebody.iccid).reserve()
    assert (refused.value.status, refused.value.code) == (409, "numberTaken")
    assert refused.value.field == "msisdn"
    assert world.resources(somebody) == ("free", "free")
    assert PhoneNumber.objects.get(pk=other.msisdn).reference == other.order_no


def test_a_card_kept_for_another_is_refused_and_the_number_stays_free(somebody: Person) -> None:
    other = person()
    with pytest.raises(SimTaken) as refused:
        somebody.with_number(somebody.msisdn, other.iccid).reserve()
    assert (refused.value.status, refused.value.code) == (409, "simTaken")
    assert refused.value.field == "iccid"
    assert world.resources(somebody) == ("free", "free")


def test_what_is_not_ours_is_unknown(somebody: Person) -> None:
    with pytest.raises(UnknownNumber) as number:
        somebody.with_number("13999999999", somebody.iccid).reserve()
    assert (number.value.status, number.value.code) == (400, "unknownNumber")
    with pytest.raises(UnknownSim) as card:
        somebody.with_number(somebody.msisdn, iccid_of(999_999_999)).reserve()
    assert (card.value.status, card.value.code) == (400, "unknownSim")
    assert world.resources(somebody) == ("free", "free")


def test_other_systems_reserve_and_release_by_asking(somebody: Person) -> None:
    question = ResourceReserveRequest(
        msisdn=somebody.msisdn, iccid=somebody.iccid, reference="external-1"
    )
    answer = ask_quietly(System.CRM, System.PROVISIONING, question)
    assert (answer.msisdn, answer.iccid, answer.reference) == (
        somebody.msisdn,
        somebody.iccid,
        "external-1",
    )
    release = ResourceReleaseRequest(reference="external-1")
    assert ask_quietly(System.CRM, System.PROVISIONING, release).count == 2
    assert ask_quietly(System.CRM, System.PROVISIONING, release).count == 0
    assert world.resources(somebody) == ("free", "free")


def test_what_is_released_is_anothers_to_have(somebody: Person) -> None:
    somebody.reserve()
    assert services.release_resources(reference=somebody.order_no, at=world.now()) == 2
    other = person(reserved=False).with_number(somebody.msisdn, somebody.iccid)
    other.reserve()
    assert PhoneNumber.objects.get(pk=somebody.msisdn).reference == other.order_no


def test_a_reservation_that_ran_out_is_set_free_and_others_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provisioning.services.inventory.BATCH", 2)
    people = [person() for _ in range(5)]
    fresh = person(reserved=False)
    later = world.now() + timedelta(hours=25)
    services.reserve_resources(
        msisdn=fresh.msisdn, iccid=fresh.iccid, reference=fresh.order_no, at=later
    )
    assert services.expire_reservations(at=world.now()) == 0
    assert services.expire_reservations(at=later) == 10
    assert {world.resources(one) for one in people} == {("free", "free")}
    assert world.resources(fresh) == ("reserved", "reserved")
    number = PhoneNumber.objects.get(pk=people[0].msisdn)
    assert (number.reference, number.reserved_until) == ("", None)


@pytest.mark.django_db(transaction=True, databases=["oss"])
def test_of_many_who_want_one_number_exactly_one_gets_it(db: None) -> None:
    wanted = person(reserved=False)
    rivals = [
        person(reserved=False).with_number(wanted.msisdn, iccid) for _, iccid in world.load(8)
    ]
    start = threading.Barrier(len(rivals))

    def want(rival: Person) -> str:
        try:
            start.wait()
            rival.reserve()
        except DomainError as refusal:
            return refusal.code
        finally:
            connections["oss"].close()
        return "had"

    with ThreadPoolExecutor(len(rivals)) as pool:
        outcomes = sorted(pool.map(want, rivals))
    assert outcomes == ["had"] + ["numberTaken"] * 7
    assert SimCard.objects.filter(state="reserved").count() == 1


@pytest.mark.django_db(transaction=True, databases=["oss"])
def test_two_who_want_each_others_do_not_wait_for_each_other(db: None) -> None:
    one, other = person(reserved=False), person(reserved=False)
    pairs = [
        (one.msisdn, other.iccid, "A"),
        (other.msisdn, one.iccid, "B"),
        (one.msisdn, one.iccid, "C"),
        (other.msisdn, other.iccid, "D"),
    ]

    def want(pair: tuple[str, str, str]) -> bool:
        msisdn, iccid, reference = pair
        try:
            services.reserve_resources(
                msisdn=msisdn, iccid=iccid, reference=reference, at=world.now()
            )
        except DomainError:
            return False
        finally:
            connections["oss"].close()
        return True

    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            assert sum(pool.map(want, pairs)) >= 1
            references = [pair[2] for pair in pairs]
            held = PhoneNumber.objects.filter(reference__in=references).count()
            assert held == SimCard.objects.filter(reference__in=references).count()
            for reference in references:
                services.release_resources(reference=reference, at=world.now())


@pytest.mark.django_db(transaction=True, databases=["oss"])
def test_what_an_order_needs_is_neither_released_nor_set_free(
    network: Simulator, post: Post
) -> None:
    underway, refused = person(), person()
    network.set("hlr", "drop_before", match=underway.subscriber_no)
    post.send(underway.order())
    network.set("hlr", "refuse", match=refused.subscriber_no)
    post.send(refused.order())
    later = world.now() + timedelta(days=3)
    assert services.expire_reservations(at=later) == 0
    assert services.release_resources(reference=underway.order_no, at=later) == 0
    assert world.resources(underway) == world.resources(refused) == ("reserved", "reserved")


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "reserved"},
        {"state": "reserved", "reserved_until": world.now()},
        {"state": "in_use"},
        {"state": "cooling"},
        {"subscriber_no": "SC000000018"},
        {"reserved_until": world.now()},
        {"cooling_until": world.now()},
    ],
)
def test_the_database_keeps_what_a_state_means(somebody: Person, wrong: dict[str, object]) -> None:
    for model, name in ((PhoneNumber, somebody.msisdn), (SimCard, somebody.iccid)):
        with pytest.raises(IntegrityError), transaction.atomic(using="oss"):
            model.objects.filter(pk=name).update(**wrong)


def test_a_subscriber_has_one_number_and_one_card(somebody: Person) -> None:
    other = person(reserved=False)
    values = {"state": "in_use", "subscriber_no": "SC000000018"}
    PhoneNumber.objects.filter(pk=somebody.msisdn).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic(using="oss"):
        PhoneNumber.objects.filter(pk=other.msisdn).update(**values)
