"""A message acts once, in its subject's order, whatever the road does to it."""

from __future__ import annotations

import random

import pytest

from core.errors import DomainError, Unavailable
from core.systems import System
from integration import inbox
from integration.hearing import MissingParty
from integration.models import InboxMessage, InboxStream
from integration.parking import party_arrived

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


def test_a_message_heard_twice_acts_once(conversation):
    conversation.say("one")
    [message] = conversation.said()
    conversation.hear(message)
    conversation.hear(message, message)
    assert conversation.effects() == ["one"]
    assert InboxMessage.objects.using("boss").get().status == "done"


@pytest.mark.parametrize("seed", range(5))
def test_a_subject_keeps_its_order_however_its_messages_arrive(conversation, seed):
    texts = [f"{number}" for number in range(8)]
    conversation.say(*texts)
    messages = conversation.said() * 2
    random.Random(seed).shuffle(messages)
    for message in messages:
        conversation.hear(message)
    assert conversation.effects() == texts
    assert InboxStream.objects.using("boss").get().next_seq == 9


def test_an_early_message_waits_for_the_one_before_it(conversation):
    conversation.say("one", "two")
    one, two = conversation.said()
    conversation.hear(two)
    assert conversation.effects() == []
    assert InboxMessage.objects.using("boss").get().status == "early"
    conversation.hear(one)
    assert conversation.effects() == ["one", "two"]


def test_a_failing_handler_leaves_nothing_and_is_tried_again_later(conversation):
    conversation.say("one", "two")
    conversation.trouble["one"] = RuntimeError("the disk is full")
    conversation.hear(*conversation.said())
    assert conversation.effects() == []
    kept = InboxMessage.objects.using("boss").get(status="retrying")
    assert (kept.attempts, "disk is full" in kept.error) == (1, True)
    assert kept.next_attempt_at > conversation.clock.now

    conversation.trouble.clear()
    inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)
    assert conversation.effects() == ["one", "two"]


def test_a_message_that_comes_again_does_not_jump_its_pause(conversation):
    conversation.say("one")
    conversation.trouble["one"] = RuntimeError("busy")
    conversation.hear(*conversation.said())
    conversation.hear(*conversation.said())
    assert conversation.calls == ["one"]


def test_a_message_that_always_fails_is_dead_and_holds_only_its_own_subject(conversation):
    conversation.say("bad", "after", subject="S1")
    conversation.say("other", subject="S2")
    conversation.trouble["bad"] = RuntimeError("never")
    conversation.hear(*conversation.said())
    for _ in inbox.PAUSES_SECONDS:
        inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)
    assert conversation.effects() == ["other"]
    statuses = dict(InboxMessage.objects.using("boss").values_list("subject", "status"))
    assert statuses["S2"] == "done"
    assert InboxMessage.objects.using("boss").filter(status="dead").count() == 1
    inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)
    assert conversation.calls.count("bad") == len(inbox.PAUSES_SECONDS) + 1


def test_a_message_without_its_party_is_parked_and_no_attempt_is_counted(conversation):
    conversation.say("needs a customer", "after")
    conversation.trouble["needs a customer"] = MissingParty("customer:CC000000018")
    conversation.hear(*conversation.said())
    parked = InboxMessage.objects.using("boss").get(status="parked")
    assert (parked.waiting_for, parked.attempts) == ("customer:CC000000018", 0)
    assert conversation.effects() == []

    conversation.trouble.clear()
    at = conversation.clock.now
    assert party_arrived(System.BOSS, "customer:CC000000018", at=at) == 1
    assert InboxMessage.objects.using("boss").get(status="parked").next_attempt_at == at
    inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)
    assert conversation.effects() == ["needs a customer", "after"]


def test_an_unknown_message_goes_to_the_dead_letters_at_once(conversation, monkeypatch):
    conversation.say("one")
    messages = conversation.said()
    monkeypatch.setattr(type(conversation), "kind", None, raising=False)
    from integration.messages import base

    del base._REGISTER["Said"]
    conversation.hear(*messages)
    dead = InboxMessage.objects.using("boss").get()
    assert (dead.status, dead.attempts) == ("dead", 1)
    assert dead.body["payload"] == {"text": "one"}


def test_messages_are_numbered_without_a_gap_per_subject(conversation):
    conversation.say("a", "b", subject="S1")
    conversation.say("c", subject="S2")
    conversation.say("d", subject="S1")
    assert [one.seq for one in conversation.said()] == [1, 2, 3, 1]


def test_a_refusal_that_no_handler_answers_is_dead_at_once(conversation):
    conversation.say("about an unknown order")
    conversation.trouble["about an unknown order"] = DomainError()
    conversation.hear(*conversation.said())
    dead = InboxMessage.objects.using("boss").get()
    assert (dead.status, dead.attempts, conversation.effects()) == ("dead", 1, [])


def test_a_system_that_is_silent_for_a_while_is_asked_again(conversation):
    conversation.say("needs another system")
    conversation.trouble["needs another system"] = Unavailable()
    conversation.hear(*conversation.said())
    assert InboxMessage.objects.using("boss").get().status == "retrying"
