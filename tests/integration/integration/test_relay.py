"""The relay carries an outbox through a real broker, whatever broker and databases do meanwhile."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import current_app as celery
from django.db import connections
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from config.instance.broker import Broker
from config.instance.ports import free_port
from core.systems import System
from integration import inbox, relay, tasks
from integration.hearing import MissingParty
from integration.models import InboxMessage, OutboxMessage
from integration.outbox import CHANNEL
from integration.parking import party_arrived
from integration.relay import Relay

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
PATIENCE = 20.0


class OwnBroker:
    """A broker of these tests' own, which may be killed and may forget."""

    def __init__(self, folder: Path) -> None:
        self.server = Broker(free_port(), "not-so-secret", folder, durable=False)
        self.url = self.server.url
        self.client = redis.Redis.from_url(self.url)
        self.server.prepare()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.server.command, stdout=subprocess.DEVNULL)
        self.server.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def forget(self) -> None:
        self.client.flushall()

    def waiting(self, system: System = System.BOSS) -> int:
        """Count the tasks in a system's queue."""
        return int(self.client.llen(system.queue))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnBroker]:
    server = OwnBroker(tmp_path_factory.mktemp("broker"))
    yield server
    server.client.close()
    server.kill()


@pytest.fixture
def broker(_server: OwnBroker, monkeypatch: pytest.MonkeyPatch) -> OwnBroker:
    """The broker, up and empty; Celery talks to this one."""
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", _server.url)
    monkeypatch.setenv("CELERY_BROKER_READ_URL", _server.url)
    if _server.process.poll() is not None:
        _server.start()
    _server.forget()
    return _server


@pytest.fixture
def producer(broker: OwnBroker) -> Iterator[Any]:
    """What the relay publishes with."""
    with celery.connection_for_write() as connection, celery.amqp.Producer(connection) as one:
        yield one


def relay_of(system: System = System.CRM) -> Relay:
    return Relay(system, threading.Event())


def work(system: System = System.BOSS) -> list[str]:
    """Do what is in a system's queue, as its worker would; the names of the tasks."""
    done = []
    with celery.connection_for_read() as connection, connection.SimpleQueue(system.queue) as queue:
        while True:
            try:
                task = queue.get(block=False)
            except Empty:
                return done
            arguments, keywords, _ = task.payload
            celery.tasks[task.headers["task"]](*arguments, **keywords)
            task.ack()
            done.append(task.headers["task"])


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def make_due() -> None:
    """Let the time pass after which the relay asks for what was sent."""
    OutboxMessage.objects.filter(sent_at__isnull=False).update(next_attempt_at=timezone.now())


def unsent() -> int:
    return OutboxMessage.objects.filter(sent_at=None).count()


def confirmed() -> int:
    return OutboxMessage.objects.filter(received_at__isnull=False).count()


# -- carrying ----------------------------------------------------------------------------------


def test_what_is_said_is_published_and_marked(conversation, broker, producer) -> None:
    conversation.say("one", "two")
    before = timezone.now()
    assert relay_of().carry(producer) == 2
    assert broker.waiting() == 1
    for row in OutboxMessage.objects.all():
        assert (row.attempts, row.received_at) == (1, None)
        assert row.sent_at >= before
        assert row.next_attempt_at > row.sent_at
    assert relay_of().carry(producer) == 0
    assert work() == ["integration.receive"]
    assert conversation.effects() == ["one", "two"]


def test_a_batch_of_one_subject_keeps_its_order_over_many_tasks(
    conversation, broker, producer
) -> None:
    texts = [str(number) for number in range(45)]
    conversation.say(*texts)
    assert relay_of().carry(producer) == 45
    assert broker.waiting() == 3
    work()
    assert conversation.effects() == texts


def test_more_than_a_batch_goes_in_batches(conversation, broker, producer, monkeypatch) -> None:
    monkeypatch.setattr(relay, "BATCH", 4)
    texts = [str(number) for number in range(10)]
    conversation.say(*texts)
    one = relay_of()
    assert [one.carry(producer) for _ in range(4)] == [4, 4, 2, 0]
    work()
    assert conversation.effects() == texts


def test_subjects_do_not_wait_for_each_other(conversation, broker, producer) -> None:
    conversation.trouble["bad"] = RuntimeError("busy")
    conversation.say("bad", "after it", subject="S1")
    conversation.say("other", subject="S2")
    relay_of().carry(producer)
    work()
    assert conversation.effects() == ["other"]


def test_two_relays_of_one_system_share_the_work(conversation, broker, producer) -> None:
    conversation.say("one")
    carried: list[int] = []

    def second() -> None:
        with celery.connection_for_write() as connection, celery.amqp.Producer(connection) as own:
            carried.append(relay_of().carry(own))
        connections.close_all()

    with connections["default"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(relay.TAKE, [[], 10])
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(PATIENCE)
        cursor.execute("ROLLBACK")
    assert carried == [0]
    assert relay_of().carry(producer) == 1


# -- the broker --------------------------------------------------------------------------------


def test_with_the_broker_down_rows_stay_unsent_and_go_later(conversation, broker) -> None:
    conversation.say("one", "two")
    broker.kill()
    with (
        celery.connection_for_write() as connection,
        celery.amqp.Producer(connection, auto_declare=False) as producer,
        pytest.raises(BrokerDown),
    ):
        relay_of().carry(producer)
    assert unsent() == 2
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {0}

    broker.start()
    with celery.connection_for_write() as connection, celery.amqp.Producer(connection) as producer:
        assert relay_of().carry(producer) == 2
    work()
    assert conversation.effects() == ["one", "two"]


def test_a_broker_that_dies_in_the_middle_of_a_batch_loses_nothing_and_doubles_nothing(
    conversation, broker, producer, monkeypatch
) -> None:
    texts = [str(number) for number in range(25)]
    conversation.say(*texts)
    deliver = tasks.deliver

    def once(*arguments: Any) -> None:
        deliver(*arguments)
        monkeypatch.setattr(tasks, "deliver", gone)

    def gone(*_: Any) -> None:
        raise BrokerDown("connection lost")

    monkeypatch.setattr(tasks, "deliver", once)
    with pytest.raises(BrokerDown):
        relay_of().carry(producer)
    assert (unsent(), broker.waiting()) == (25, 1)

    monkeypatch.setattr(tasks, "deliver", deliver)
    assert relay_of().carry(producer) == 25
    assert work() == ["integration.receive"] * 3
    assert conversation.effects() == texts
    assert conversation.calls == texts


def test_what_the_broker_lost_is_sent_again_once_the_receiver_is_found_to_lack_it(
    conversation, broker, producer
) -> None:
    conversation.say("one", "two")
    one = relay_of()
    one.carry(producer)
    broker.forget()
    assert work() == []

    one.confirm(producer)  # too early to ask
    assert (unsent(), confirmed()) == (0, 0)
    make_due()
    one.confirm(producer)
    assert unsent() == 2

    one.carry(producer)
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {2}
    work()
    assert conversation.effects() == ["one", "two"]
    make_due()
    one.confirm(producer)
    assert (unsent(), confirmed()) == (0, 2)


def test_what_still_stands_in_the_queue_is_not_sent_again(conversation, broker, producer) -> None:
    conversation.say("one")
    one = relay_of()
    one.carry(producer)
    make_due()
    one.confirm(producer)
    assert (unsent(), confirmed(), broker.waiting()) == (0, 0, 1)
    assert OutboxMessage.objects.get().next_attempt_at > timezone.now()


def test_what_the_receiver_keeps_for_later_counts_as_received(
    conversation, broker, producer
) -> None:
    conversation.trouble["needs"] = MissingParty("customer:CC000000018")
    conversation.say("needs", "after")
    one = relay_of()
    one.carry(producer)
    work()
    make_due()
    one.confirm(producer)
    assert conversation.effects() == []
    assert (unsent(), confirmed()) == (0, 2)


def test_a_message_that_nobody_of_ours_has_signed_is_not_heard(
    conversation, broker, producer
) -> None:
    conversation.say("one")
    [message] = conversation.said()
    tasks.receive_messages("boss", "crm", [[message.seq, message.body]], "1.forged")
    tasks.receive_messages("boss", "crm", [[message.seq, message.body]], "é")
    assert conversation.effects() == []
    letter = InboxMessage.objects.using("boss").get()
    assert (letter.sender, letter.status, letter.name) == ("unproven", "dead", "UnprovenDelivery")


# -- the receiver's database -------------------------------------------------------------------


@contextmanager
def boss_database_down() -> Iterator[None]:
    """Let nobody into BOSS's database, and throw everybody out."""
    name = connections["boss"].settings_dict["NAME"]
    with connections["default"].cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            connections["boss"].close()


def test_a_receiver_whose_database_is_down_is_asked_again_later_and_loses_nothing(
    conversation, broker, producer, monkeypatch
) -> None:
    asked: list[System] = []
    ask_quietly = relay.ask_quietly

    def counted(sender: System, system: System, question: Any) -> Any:
        asked.append(system)
        return ask_quietly(sender, system, question)

    monkeypatch.setattr(relay, "ask_quietly", counted)
    conversation.say("one", "two")
    one = relay_of()
    with boss_database_down():
        one.carry(producer)
        assert work() == ["integration.receive"]  # the worker survives it; the message is gone
        make_due()
        one.confirm(producer)
        assert asked == [System.BOSS]
        assert (unsent(), confirmed()) == (0, 0)
        one.confirm(producer)
        assert asked == [System.BOSS]  # left alone for a while

    later = time.monotonic() + relay.DOWN_SECONDS + 1
    monkeypatch.setattr(relay, "time", SimpleNamespace(monotonic=lambda: later))
    one.confirm(producer)
    assert asked == [System.BOSS, System.BOSS]
    assert unsent() == 2
    one.carry(producer)
    work()
    assert conversation.effects() == ["one", "two"]


# -- what waits in the inbox -------------------------------------------------------------------


def test_a_parked_message_is_drained_once_its_party_has_arrived(
    conversation, broker, producer
) -> None:
    conversation.trouble["needs"] = MissingParty("customer:CC000000018")
    conversation.say("needs", "after")
    relay_of().carry(producer)
    work()
    boss = relay_of(System.BOSS)
    boss.wake_due(producer)
    assert broker.waiting() == 0  # nothing is due yet

    conversation.trouble.clear()
    assert party_arrived(System.BOSS, "customer:CC000000018", at=timezone.now()) == 1
    boss.wake_due(producer)
    boss.wake_due(producer)
    assert broker.waiting() == 1
    assert work() == ["integration.drain"]
    assert conversation.effects() == ["needs", "after"]


def test_a_message_that_failed_is_drained_when_its_pause_is_over(
    conversation, broker, producer
) -> None:
    conversation.trouble["one"] = RuntimeError("busy")
    conversation.say("one")
    relay_of().carry(producer)
    work()
    kept = InboxMessage.objects.using("boss").get()
    assert (kept.status, kept.attempts) == ("retrying", 1)
    pause = kept.next_attempt_at - kept.received_at
    assert pause.total_seconds() == inbox.PAUSES_SECONDS[0]

    conversation.trouble.clear()
    boss = relay_of(System.BOSS)
    InboxMessage.objects.using("boss").update(next_attempt_at=timezone.now() + 10 * pause)
    boss.wake_due(producer)
    assert work() == []
    InboxMessage.objects.using("boss").update(next_attempt_at=timezone.now())
    boss.wake_due(producer)
    work()
    assert conversation.effects() == ["one"]


# -- running -----------------------------------------------------------------------------------


@contextmanager
def running(system: System = System.CRM) -> Iterator[Relay]:
    """Run a relay in a thread, as the command does."""
    one = relay_of(system)
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield one
    finally:
        one.stop.set()
        with connections[system.alias].cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
        thread.join(PATIENCE)
        assert not thread.is_alive()


def listening() -> bool:
    """Tell whether a relay sleeps until CRM notifies it."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state = 'idle'"
        )
        return bool(cursor.fetchone()[0])


def test_a_commit_wakes_the_relay_within_a_tenth_of_a_second(
    conversation, broker, monkeypatch
) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", PATIENCE * 2)  # nothing but the commit wakes it
    waits = []
    with running():
        until(listening)
        for number in range(1, 8):
            conversation.say(str(number))
            said = time.monotonic()
            until(lambda: broker.waiting() == number)  # noqa: B023 - called at once
            waits.append(time.monotonic() - said)
    assert sorted(waits)[len(waits) // 2] < 0.1, waits
    work()
    assert conversation.effects() == [str(number) for number in range(1, 8)]


def test_the_relay_gets_over_a_broker_that_was_killed(conversation, broker) -> None:
    with running():
        conversation.say("before")
        until(broker.waiting)
        work()
        broker.kill()
        conversation.say("meanwhile")
        broker.start()
        until(broker.waiting)
        until(lambda: not unsent())
    work()
    assert conversation.effects() == ["before", "meanwhile"]


def test_the_relay_gets_over_a_database_that_threw_it_out(conversation, broker) -> None:
    with running():
        conversation.say("before")
        until(broker.waiting)
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        conversation.say("after")
        until(lambda: broker.waiting() == 2)
    work()
    assert conversation.effects() == ["before", "after"]


def test_a_running_relay_sends_again_what_the_broker_forgot(conversation, broker) -> None:
    with running():
        conversation.say("one")
        until(broker.waiting)
        broker.forget()
        make_due()
        until(broker.waiting)
    work()
    assert conversation.effects() == ["one"]
