"""Messages that wait for a person are seen first, with their age, and settled by who may."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from core.systems import System
from integration.models import InboxMessage, InboxStream, LetterDecision, OutboxMessage

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
INBOX = "/boss/integration/inboxmessage/"
VIEW = "integration.view_message"
ENGLISH = {"accept-language": "en"}


def letter(status, *, minutes=5, **fields):
    """A message in BOSS's inbox, the next of its subject."""
    id, at = uuid4(), timezone.now() - timedelta(minutes=minutes)
    subject = f"SC{id.int % 10**9:09d}"
    body = {
        "id": str(id), "name": "SubscriptionOrderRequest", "version": 1, "sender": "crm",
        "receiver": "boss", "subject": subject, "flow": "open_subscriber",
        "flow_no": "FC000000018", "mode": "async", "settings": {},
        "actor": {"kind": "operator", "number": "2001"}, "clock": 3, "at": at.isoformat(),
        "payload": {"sub_order_no": "FC000000018-2"},
    }  # fmt: skip
    InboxStream.objects.using("boss").create(
        sender="crm", subject=subject, next_seq=1, highest_seq=1, blocked=True
    )
    return InboxMessage.objects.using("boss").create(
        id=id, sender="crm", subject=subject, seq=1, name="SubscriptionOrderRequest",
        flow_no="FC000000018", status=status, body=body, received_at=at,
        done_at=at if status == "done" else None, **fields,
    )  # fmt: skip


def listed(client, **query):
    return [one.status for one in client.get(INBOX, query).context["cl"].result_list]


def test_what_waits_comes_first_dead_then_parked_the_oldest_first(sign_in):
    client = sign_in(System.BOSS, VIEW)
    letter("early")
    letter("done")
    letter("parked", waiting_for="customer:CC000000018")
    young = letter("dead", error="RuntimeError('x')")
    old = letter("dead", minutes=130)
    letter("retrying")
    page = client.get(INBOX)
    rows = page.context["cl"].result_list
    assert [one.status for one in rows] == ["dead", "dead", "parked", "retrying", "early"]
    assert [one.pk for one in rows[:2]] == [old.pk, young.pk]
    shown = page.content.decode()
    assert all(words in shown for words in ("死信", "2\xa0小时", "customer:CC000000018"))
    assert listed(client, standing="dead") == ["dead", "dead"]
    assert listed(client, standing="parked") == ["parked"]
    assert len(listed(client, standing="all")) == 6
    assert len(listed(client, q="FC000000018")) == 6
    assert listed(client, q=str(young.pk)) == ["dead"]
    assert listed(client, q=young.subject.lower()) == ["dead"]


def test_the_first_page_tells_what_waits(sign_in):
    client = sign_in(System.BOSS, VIEW)
    assert "等待人工处理的消息" not in client.get("/boss/").content.decode()
    letter("dead")
    letter("parked")
    assert "死信 1 条, 挂起 1 条" in client.get("/boss/").content.decode()
    assert "1 dead, 1 parked" in client.get("/boss/", headers=ENGLISH).content.decode()
    stranger = sign_in(System.BOSS, "billing.view_tariff", staff_no="9002")
    assert "等待人工处理的消息" not in stranger.get("/boss/").content.decode()


def act(client, name, *chosen, **more):
    form = {"action": name, "_selected_action": [str(one.pk) for one in chosen], **more}
    return client.post(f"{INBOX}?standing=all", form, follow=True, headers=more.pop("headers", {}))


def test_a_letter_is_resent_by_who_may(sign_in):
    client = sign_in(System.BOSS, VIEW, "integration.resend_letter")
    one, other = letter("dead", attempts=9), letter("parked")
    page = client.get(f"{INBOX}{one.pk}/change/").content.decode()
    assert "立即重新处理" in page
    assert "跳过并说明原因" not in page
    assert "2 条消息将立即重新处理" in act(client, "resend_letters", one, other).content.decode()
    for kept in (one, other):
        kept.refresh_from_db()
        assert (kept.status, kept.attempts) == ("retrying", 0)
    decisions = LetterDecision.objects.using("boss").values_list("deed", "actor_number", "terminal")
    assert set(decisions) == {("resent", "9001", "127.0.0.1")}


def test_who_may_only_look_settles_nothing(sign_in):
    client = sign_in(System.BOSS, VIEW)
    dead = letter("dead")
    page = client.get(f"{INBOX}{dead.pk}/change/").content.decode()
    assert "立即重新处理" not in page
    for action in ("resend_letters", "skip_letters"):
        act(client, action, dead, reason="x")
    dead.refresh_from_db()
    assert dead.status == "dead"
    assert not LetterDecision.objects.using("boss").exists()


def test_a_letter_is_skipped_for_a_reason_and_its_sender_hears_of_it(sign_in):
    client = sign_in(System.BOSS, VIEW, "integration.skip_letter")
    dead = letter("dead")
    asked = act(client, "skip_letters", dead).content.decode()
    assert 'name="reason"' in asked
    assert dead.subject in asked
    dead.refresh_from_db()
    assert dead.status == "dead"

    said = act(client, "skip_letters", dead, reason="号码已在他网").content.decode()
    assert "已跳过 1 条消息" in said
    dead.refresh_from_db()
    assert dead.status == "skipped"
    reply = OutboxMessage.objects.using("boss").get()
    assert reply.name == "SubscriptionOrderResponse"
    assert reply.body["payload"]["outcome"]["zh"] == "消息被人工跳过: 号码已在他网"
    detail = client.get(f"{INBOX}{dead.pk}/change/").content.decode()
    assert "号码已在他网" in detail
    assert "9001" in detail


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "跳过消息须说明原因"), ("en", "skipped for a reason")]
)
def test_a_refusal_is_told_in_the_readers_language(sign_in, language, words):
    client = sign_in(System.BOSS, VIEW, "integration.skip_letter")
    dead = letter("dead")
    headers = {"accept-language": language}
    assert words in act(client, "skip_letters", dead, reason=" ", headers=headers).content.decode()
    done = letter("done")
    said = act(client, "skip_letters", done, reason="x", headers=headers).content.decode()
    assert {"zh-CN": "无需处理", "en": "waits for nobody"}[language] in said
    dead.refresh_from_db()
    assert dead.status == "dead"


def test_each_console_shows_its_own_systems_messages(sign_in):
    letter("dead")
    for system, count in ((System.CRM, 0), (System.BOSS, 1), (System.PROVISIONING, 0)):
        client = sign_in(system, VIEW)
        page = client.get(f"/{system.queue}/integration/inboxmessage/")
        assert len(page.context["cl"].result_list) == count


def test_the_outbox_shows_what_is_still_on_its_way(sign_in):
    client = sign_in(System.BOSS, VIEW)
    at = timezone.now() - timedelta(minutes=3)
    for seq, sent, received in ((1, None, None), (2, at, None), (3, at, at)):
        OutboxMessage.objects.using("boss").create(
            id=uuid4(), receiver="crm", subject="SC000000018", seq=seq, name="X", clock=1,
            flow_no="FC000000018", body={}, created_at=at, sent_at=sent, received_at=received,
        )  # fmt: skip

    def shown(**query):
        page = client.get("/boss/integration/outboxmessage/", query)
        return [one.seq for one in page.context["cl"].result_list]

    assert sorted(shown()) == [1, 2, 3]
    assert shown(delivery="unsent") == [1]
    assert shown(delivery="unconfirmed") == [2]
    assert sorted(shown(q="SC000000018")) == [1, 2, 3]
