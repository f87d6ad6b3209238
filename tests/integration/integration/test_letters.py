"""A message that waits for a person is tried again or passed over, and its subject goes on."""

from __future__ import annotations

import io
import json
import logging
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.values import Decision
from core.errors import PermissionDenied
from core.systems import System
from integration import inbox, letters
from integration.alarm import LetterAlarm
from integration.hearing import MissingParty
from integration.messages import Message, Outcome, message
from integration.models import InboxMessage, LetterDecision, OutboxMessage
from integration.permissions import RESEND_LETTER, SKIP_LETTER

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

OPERATOR = Actor(
    kind="operator",
    number="1001",
    channel="counter",
    terminal="10.0.0.7",
    grants=frozenset({RESEND_LETTER, SKIP_LETTER}),
)
CLERK = Actor(kind="operator", number="2001", grants=frozenset({"integration.view_message"}))


def drain(conversation):
    inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)


@pytest.fixture
def dead(conversation):
    """The first of three messages of a subject has died; another subject went on."""
    ids = conversation.say("bad", "after", "last")
    conversation.say("other", subject="S2")
    conversation.trouble["bad"] = RuntimeError("never")
    conversation.hear(*conversation.said())
    for _ in inbox.PAUSES_SECONDS:
        drain(conversation)
    assert conversation.effects() == ["other"]
    return ids[0]


@pytest.fixture
def parked(conversation):
    """The first of two messages of a subject lacks its customer."""
    ids = conversation.say("early bird", "after")
    conversation.trouble["early bird"] = MissingParty("customer:CC000000018")
    conversation.hear(*conversation.said())
    return ids[0]


def due(conversation):
    """Return what the relay would let a worker look at now."""
    waiting = InboxMessage.objects.using("boss").filter(
        done_at=None, next_attempt_at__lte=conversation.clock.now
    )
    return set(waiting.values_list("sender", "subject"))


def test_a_dead_letter_is_listed_with_its_age(conversation, dead):
    conversation.clock.pass_(90)
    [letter] = letters.list_dead(System.BOSS, at=conversation.clock.now)
    assert (letter.id, letter.subject, letter.sender) == (dead, "S1", "crm")
    assert (letter.age.total_seconds(), letter.attempts) == (90, len(inbox.PAUSES_SECONDS) + 1)
    assert "never" in letter.error
    assert letters.list_parked(System.BOSS, at=conversation.clock.now) == []
    assert letters.count_letters(System.BOSS) == {"dead": 1, "parked": 0}
    assert letters.count_letters(System.CRM) == {"dead": 0, "parked": 0}


def test_a_resent_letter_acts_once_and_its_subject_goes_on(conversation, dead):
    conversation.trouble.clear()
    at = conversation.clock.now
    letters.resend_letter(System.BOSS, dead, actor=OPERATOR, at=at)
    letter = InboxMessage.objects.using("boss").get(pk=dead)
    assert (letter.status, letter.attempts, letter.next_attempt_at) == ("retrying", 0, at)
    assert due(conversation) == {("crm", "S1")}

    drain(conversation)
    drain(conversation)
    assert conversation.effects() == ["other", "bad", "after", "last"]
    assert letters.count_letters(System.BOSS) == {"dead": 0, "parked": 0}
    [decision] = LetterDecision.objects.using("boss").values()
    assert decision.pop("id")
    assert decision == {
        "letter_id": letter.pk,
        "deed": "resent",
        "reason": "",
        "actor_kind": "operator",
        "actor_number": "1001",
        "channel": "counter",
        "terminal": "10.0.0.7",
        "at": at,
    }


def test_a_resent_letter_that_fails_again_has_all_its_tries_before_it(conversation, dead):
    letters.resend_letter(System.BOSS, dead, actor=OPERATOR, at=conversation.clock.now)
    drain(conversation)
    letter = InboxMessage.objects.using("boss").get(pk=dead)
    assert (letter.status, letter.attempts) == ("retrying", 1)
    for _ in inbox.PAUSES_SECONDS:
        drain(conversation)
    letter.refresh_from_db()
    assert letter.status == "dead"


def test_a_resent_parked_letter_looks_again_at_once(conversation, parked):
    conversation.trouble.clear()
    letters.resend_letter(System.BOSS, parked, actor=OPERATOR, at=conversation.clock.now)
    assert due(conversation) == {("crm", "S1")}
    drain(conversation)
    assert conversation.effects() == ["early bird", "after"]


@pytest.mark.parametrize("which", ["dead", "parked"])
def test_a_skipped_letter_never_acts_and_the_next_one_does(conversation, request, which):
    skipped = request.getfixturevalue(which)
    conversation.trouble.clear()
    before = conversation.effects()
    at = conversation.clock.now
    letters.skip_letter(System.BOSS, skipped, reason="已人工处理", actor=OPERATOR, at=at)
    letter = InboxMessage.objects.using("boss").get(pk=skipped)
    assert (letter.status, letter.done_at, letter.body is not None) == ("skipped", at, True)
    assert due(conversation) == {("crm", "S1")}

    drain(conversation)
    conversation.hear(*conversation.said())
    rest = ["after", "last"] if which == "dead" else ["after"]
    note = "人工跳过消息 Said (1001): 已人工处理"
    after = conversation.effects()[len(before) :]
    assert [text for text in after if text != "other"] == [note, *rest]
    [decision] = LetterDecision.objects.using("boss").all()
    assert (decision.deed, decision.reason, decision.actor_number) == (
        "skipped",
        "已人工处理",
        "1001",
    )


def test_after_a_skip_the_next_message_may_also_arrive_later(conversation):
    conversation.say("bad")
    conversation.trouble["bad"] = MissingParty("customer:CC000000018")
    conversation.hear(*conversation.said())
    [bad] = InboxMessage.objects.using("boss").all()
    at = conversation.clock.now
    letters.skip_letter(System.BOSS, str(bad.pk), reason="x", actor=OPERATOR, at=at)
    conversation.say("after")
    conversation.hear(*conversation.said())
    assert conversation.effects()[1:] == ["after"]


def test_the_sender_of_a_skipped_request_hears_that_it_was_refused(conversation, monkeypatch):
    @message
    class AskedRequest(Message, frozen=True):
        """A request that gets a response."""

        sub_order_no: str
        text: str = ""

    @message
    class AskedResponse(Message, frozen=True):
        """The response."""

        sub_order_no: str
        outcome: Outcome

    monkeypatch.setattr(
        conversation, "kind", lambda text: AskedRequest(sub_order_no="OC000000018-1", text=text)
    )
    conversation.say("nobody hears this")
    conversation.hear(*conversation.said())
    for _ in inbox.PAUSES_SECONDS:
        drain(conversation)
    [letter] = InboxMessage.objects.using("boss").all()
    assert letter.status == "dead"

    at = conversation.clock.now
    letters.skip_letter(System.BOSS, str(letter.pk), reason="装错了", actor=OPERATOR, at=at)
    [reply] = OutboxMessage.objects.using("boss").all()
    assert (reply.name, reply.receiver, reply.subject) == ("AskedResponse", "crm", "S1")
    assert reply.body["reply_to"] == str(letter.pk)
    assert reply.body["payload"] == {
        "sub_order_no": "OC000000018-1",
        "outcome": {
            "done": False,
            "code": "letterSkipped",
            "zh": "消息被人工跳过: 装错了",
            "en": "The message was skipped: 装错了",
        },
    }


def test_without_the_permission_nothing_moves(conversation, dead):
    at = conversation.clock.now
    with pytest.raises(PermissionDenied) as refused:
        letters.resend_letter(System.BOSS, dead, actor=CLERK, at=at)
    assert refused.value.words("zh-hans") == "没有权限: integration.resend_letter"
    assert refused.value.words("en") == "Not permitted: integration.resend_letter"
    with pytest.raises(PermissionDenied):
        letters.skip_letter(System.BOSS, dead, reason="x", actor=CLERK, at=at)
    assert InboxMessage.objects.using("boss").get(pk=dead).status == "dead"
    assert not LetterDecision.objects.using("boss").exists()


def test_only_what_waits_can_be_settled(conversation, dead):
    at = conversation.clock.now
    done = InboxMessage.objects.using("boss").get(subject="S2")
    early = InboxMessage.objects.using("boss").get(subject="S1", seq=2)
    for letter, zh, en in ((done, "已处理", "done"), (early, "等待前一条", "early")):
        with pytest.raises(letters.LetterSettled) as refused:
            letters.resend_letter(System.BOSS, str(letter.pk), actor=OPERATOR, at=at)
        assert refused.value.words("zh") == f"消息 {letter.pk} 无需处理, 状态为{zh}"
        assert refused.value.words("en").endswith(f"its status is {en}")
    for unknown in (str(uuid4()), "dead"):
        with pytest.raises(letters.LetterUnknown) as missing:
            letters.resend_letter(System.BOSS, unknown, actor=OPERATOR, at=at)
        assert missing.value.words("zh") == f"没有消息 {unknown}"
    assert not LetterDecision.objects.using("boss").exists()


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_a_skip_wants_a_reason(conversation, dead, reason):
    at = conversation.clock.now
    with pytest.raises(letters.ReasonMissing) as refused:
        letters.skip_letter(System.BOSS, dead, reason=reason, actor=OPERATOR, at=at)
    assert "原因" in refused.value.words("zh")
    assert "reason" in refused.value.words("en")
    assert InboxMessage.objects.using("boss").get(pk=dead).status == "dead"


def test_the_command_lists_resends_and_skips(conversation, dead):
    def said(*arguments):
        out = io.StringIO()
        call_command("letters", *arguments, stdout=out)
        return out.getvalue().splitlines()

    [line] = said("--json")
    listed = json.loads(line)
    assert (listed["id"], listed["system"], listed["status"]) == (dead, "boss", "dead")
    assert listed["age_seconds"] > 0
    assert [dead in line for line in said("--system", "boss")] == [True]
    assert said("--system", "crm") == []

    assert said("--system", "boss", "--resend", dead) == [f"resent {dead}"]
    with pytest.raises(CommandError, match="跳过消息须说明原因"):
        said("--system", "boss", "--skip", dead)
    assert said("--system", "boss", "--skip", dead, "--reason", "重复") == [f"skipped {dead}"]
    with pytest.raises(CommandError):
        said("--resend", dead)
    with pytest.raises(CommandError, match="no operator"):
        said("--system", "boss", "--resend", dead, "--operator", "9999")
    assert [one.deed for one in LetterDecision.objects.using("boss").order_by("id")] == [
        "resent",
        "skipped",
    ]


def test_an_alarm_is_raised_by_age_and_once_an_hour(conversation, parked, caplog, settings):
    settings.PARKED_ALARM_SECONDS = 600
    alarm = LetterAlarm(System.BOSS)
    with caplog.at_level(logging.ERROR, logger="integration.alarm"):
        conversation.clock.pass_(600)
        assert alarm.look(conversation.clock.now) == []
        conversation.clock.pass_(1)
        assert [one.id for one in alarm.look(conversation.clock.now)] == [parked]
        conversation.clock.pass_(3500)
        assert alarm.look(conversation.clock.now) == []
        conversation.clock.pass_(100)
        assert [one.id for one in alarm.look(conversation.clock.now)] == [parked]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    said = caplog.messages[0]
    assert parked in said
    assert "waits for customer:CC000000018" in said


def test_a_dead_letter_alarms_at_once(conversation, dead):
    alarm = LetterAlarm(System.BOSS)
    assert [one.id for one in alarm.look(conversation.clock.now)] == [dead]
    assert LetterAlarm(System.CRM).look(conversation.clock.now) == []


def test_health_counts_the_letters_of_each_system(client, dead):
    health = client.get("/health/").json()
    assert health["status"] == "ok"
    assert health["letters"] == {
        "crm": {"dead": 0, "parked": 0},
        "boss": {"dead": 1, "parked": 0},
        "provisioning": {"dead": 0, "parked": 0},
    }


def test_the_scheme_in_force_decides_and_its_reason_is_told(dead):
    asked = []

    def centre(permission: str) -> Decision:
        asked.append(permission)
        return Decision(permitted=False, code="revoked", zh="刚被收回", en="Just taken back")

    held = Actor(kind="operator", number="1001", grants=OPERATOR.grants, ask=centre)
    at = timezone.now()
    with pytest.raises(PermissionDenied, match="Just taken back"):
        letters.resend_letter(System.BOSS, dead, actor=held, at=at)
    with pytest.raises(PermissionDenied, match="Just taken back"):
        letters.skip_letter(System.BOSS, dead, reason="why", actor=held, at=at)
    assert asked == [RESEND_LETTER, SKIP_LETTER]
    assert InboxMessage.objects.using("boss").get(pk=dead).status == "dead"
