"""系统健康: every part with its state, in every console; what is down is told, the page stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings as present
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import LedgerProof
from config import examination
from config.instance.ports import free_port
from core.systems import System
from integration import pulse
from integration.models import InboxMessage, OutboxMessage

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

VIEW = "integration.view_health"
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def everybody(settings):
    """Every worker and relay was heard just now; no network is there."""
    settings.NETWORK_URL = f"http://127.0.0.1:{free_port()}"
    broker = pulse.broker()
    broker.delete(pulse.KEY)
    for system in System:
        pulse.beat("worker", system.queue)
        pulse.beat("relay", str(system))
    yield
    broker.delete(pulse.KEY)


def parts(client, console="boss", **headers):
    page = client.get(f"/{console}/health/", headers=headers)
    assert page.status_code == 200
    return {
        row["part"].key: row["part"] for section in page.context["sections"]
        for row in section["parts"]
    }  # fmt: skip


def states(client, *keys, console="boss"):
    found = parts(client, console)
    return [found[key].state for key in keys]


def unsent(alias: str, *, minutes: float, sent: bool = False) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    OutboxMessage.objects.using(alias).create(
        id=uuid4(), receiver="boss", subject="SC000000018", seq=1, name="X", flow_no="FC000000018",
        clock=1, body={}, created_at=at, sent_at=at if sent else None,
    )  # fmt: skip


def letter(alias: str, status: str, *, minutes: float) -> None:
    InboxMessage.objects.using(alias).create(
        id=uuid4(), sender="crm", subject=str(uuid4()), seq=1, name="X", flow_no="FC000000018",
        status=status, body={}, received_at=timezone.now() - timedelta(minutes=minutes),
    )  # fmt: skip


@pytest.mark.parametrize("system", list(System))
def test_every_console_tells_every_part_in_both_languages(sign_in, system):
    client = sign_in(system, VIEW)
    found = parts(client, system.queue)
    assert len(found) == 32
    well = [key for key, part in found.items() if part.state != "ok"]
    assert well == ["element-dsmp", "element-eoms", "element-hlr", "ledger"]
    zh = client.get(f"/{system.queue}/health/").content.decode()
    en = client.get(f"/{system.queue}/health/", headers=ENGLISH).content.decode()
    assert all(
        word in zh for word in ("系统健康", "消息中间件", "1 个在运行, 队列 0 项", "没有应答")
    )
    assert all(word in en for word in ("Health", "Broker", "1 alive, 0 queued", "does not answer"))
    part = client.get(f"/{system.queue}/health/parts/")
    assert part.status_code == 200
    assert "<html" not in part.content.decode()


def test_only_who_may_looks(sign_in):
    client = sign_in(System.CRM, "integration.view_message")
    for path in ("", "parts/"):
        assert client.get(f"/crm/health/{path}").status_code == 403
    assert "系统健康" not in client.get("/crm/").content.decode()


def test_health_stands_last_among_the_pages(sign_in):
    client = sign_in(System.PROVISIONING, "*")
    groups = [group["title"] for group in client.get("/oss/").context["page_groups"]]
    assert groups[-1] == "系统"


def test_a_page_takes_one_query_of_each_system(sign_in):
    client = sign_in(System.BOSS, VIEW)
    taken = {}
    for alias in ("default", "boss", "oss"):
        with CaptureQueriesContext(connections[alias]) as queries:
            parts(client)
        taken[alias] = len(queries)
    # The seam; who; the ledger's last proof; work orders and elements as well.
    assert taken == {"default": 1, "boss": 5, "oss": 3}


def test_a_ledger_that_is_wrong_or_was_not_proven_lately_is_told(sign_in):
    client = sign_in(System.BOSS, VIEW)
    assert states(client, "ledger") == ["unknown"]
    for age, wrong, state in ((30, 0, "warn"), (1, 0, "ok"), (0, 2, "down")):
        at = timezone.now() - timedelta(hours=age)
        LedgerProof.objects.create(began_at=at, ended_at=at, checked={}, wrong_count=wrong)
        assert states(client, "ledger") == [state]
    page = client.get("/boss/health/", headers=ENGLISH).content.decode()
    assert "2 wrong" in page
    assert "BOSS&#x27;s page of the proof" in page


def test_messages_that_lag_are_told_by_their_age(sign_in):
    client = sign_in(System.BOSS, VIEW)
    assert states(client, "unsent-crm", "unconfirmed-crm") == ["ok", "ok"]
    unsent("default", minutes=0.5)
    unsent("boss", minutes=2)
    unsent("oss", minutes=2, sent=True)
    keys = ("unsent-crm", "unsent-boss", "unsent-provisioning", "unconfirmed-provisioning")
    assert states(client, *keys) == ["warn", "down", "ok", "warn"]
    assert "1 条, 最早的已 2 分" in client.get("/boss/health/").content.decode()


def test_letters_that_wait_are_told(sign_in):
    client = sign_in(System.BOSS, VIEW)
    letter("default", "dead", minutes=1)
    letter("boss", "parked", minutes=1)
    letter("oss", "parked", minutes=11)
    letter("oss", "retrying", minutes=3)
    keys = ("dead-crm", "dead-boss", "parked-boss", "parked-provisioning", "retrying-provisioning")
    assert states(client, *keys) == ["down", "ok", "ok", "warn", "warn"]
    assert "在收件箱里查明原因" in client.get("/boss/health/").content.decode()


def test_who_is_not_heard_for_a_while_is_gone(sign_in):
    client = sign_in(System.BOSS, VIEW)
    stale = datetime.now(UTC).timestamp() - pulse.ALIVE_SECONDS - 1
    for member in pulse.broker().zrange(pulse.KEY, 0, -1):
        if b"|crm|" in member:
            pulse.broker().zadd(pulse.KEY, {member: stale})
    keys = ("worker-crm", "relay-crm", "worker-boss", "relay-boss")
    assert states(client, *keys) == ["down", "down", "ok", "ok"]
    assert "bin/role worker-crm" in client.get("/boss/health/").content.decode()


def test_a_broker_that_is_down_leaves_the_page_standing(sign_in, settings, monkeypatch):
    client = sign_in(System.BOSS, VIEW)
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    monkeypatch.setattr(pulse, "_client", None)
    keys = ("broker", "worker-boss", "relay-boss", "database-boss")
    assert states(client, *keys) == ["down", "unknown", "unknown", "ok"]
    answer = Client().get("/health/")
    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] == "down"


def test_a_database_that_is_down_leaves_the_page_standing(sign_in, monkeypatch):
    client = sign_in(System.BOSS, VIEW)

    class Silent:
        def cursor(self):
            raise OperationalError("the server is gone")

        def close(self):
            pass

    class Some:
        def __getitem__(self, alias):
            return Silent() if alias == "oss" else connections[alias]

    monkeypatch.setattr(examination, "connections", Some())
    found = parts(client)
    keys = ("database-provisioning", "unsent-provisioning", "work-orders", "database-crm")
    assert [found[key].state for key in keys] == ["down", "unknown", "unknown", "ok"]
    assert found["database-provisioning"].since is not None
    assert not any(key.startswith("element-") for key in found)


def test_a_system_of_another_process_is_asked_there(sign_in, settings):
    client = sign_in(System.BOSS, VIEW)
    settings.SANHU_SYSTEMS = ["boss"]
    settings.SYSTEM_URLS = {**present.SYSTEM_URLS, "crm": f"http://127.0.0.1:{free_port()}"}
    found = parts(client)
    assert found["system-crm"].state == "down"
    assert "unsent-crm" not in found
    assert "work-orders" not in found


def test_the_plain_answer_keeps_its_shape_and_says_more():
    answer = Client().get("/health/").json()
    assert answer["status"] == "ok"
    assert answer["parts"] == {"crm": "ok", "boss": "ok", "provisioning": "ok", "broker": "ok"}
    assert answer["letters"]["crm"] == {"dead": 0, "parked": 0}
    assert answer["workers"] == {"crm": 1, "boss": 1, "oss": 1}
    assert answer["version"]
