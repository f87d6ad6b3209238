"""网元模拟器: set by who may, written down, seen on the other pages; silent, it says so."""

from __future__ import annotations

import pytest

from config.instance.ports import free_port
from provisioning.adapters import simulator
from provisioning.models import DeskDeed
from tests.integration.provisioning.desk import ENGLISH, signed_in
from tests.integration.provisioning.world import Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "oss"])

PAGE = "/oss/simulator/"
CONTROL = "provisioning.control_simulator"
VIEW = "provisioning.view_workorder"


@pytest.fixture(autouse=True)
def looked_anew(monkeypatch) -> None:
    monkeypatch.setattr(simulator, "_glance", simulator._Glance())


def fault(network: Simulator, element: str) -> tuple[str, int, object, object]:
    told = network.call("GET", f"/control/{element}").body
    return told["mode"], told["delay_ms"], told["count"], told["match"]


def test_an_element_is_set_and_it_is_written_down(network: Simulator):
    client = signed_in(CONTROL)
    form = {"element": "hlr", "mode": "refuse", "count": "2", "match": "138", "delay_ms": ""}
    for _ in range(2):
        assert client.post(PAGE + "set/", form).url == PAGE
    assert fault(network, "hlr") == ("refuse", 0, 2, "138")
    deed = DeskDeed.objects.first()
    assert deed is not None
    assert (deed.deed, deed.about, deed.actor_number) == ("controlled", "hlr", "9001")
    assert deed.detail == {"mode": "refuse", "count": 2, "match": "138"}
    told = client.get(PAGE).content.decode()
    assert "拒绝, 再 2 次, 仅 *138*" in told
    assert "refusing, 2 more, only *138*" in client.get(PAGE, headers=ENGLISH).content.decode()


def test_presets_set_what_they_say(network: Simulator):
    client = signed_in(CONTROL)
    client.post(PAGE + "set/", {"preset": "slow"})
    assert {fault(network, one) for one in ("hlr", "dsmp", "eoms")} == {("slow", 800, None, None)}
    client.post(PAGE + "set/", {"preset": "refuse"})
    assert fault(network, "hlr") == ("refuse", 0, 1, None)
    client.post(PAGE + "set/", {"preset": "down"})
    assert fault(network, "hlr") == ("down", 0, None, None)
    client.post(PAGE + "set/", {"preset": "well"})
    assert {fault(network, one) for one in ("hlr", "dsmp", "eoms")} == {("ok", 0, None, None)}


def test_a_setting_that_makes_no_sense_is_refused_in_words(network: Simulator):
    client = signed_in(CONTROL)
    for typed, words in (
        ({"mode": "slow"}, "slow needs a delay_ms above 0"),
        ({"mode": "slow", "delay_ms": "-5"}, "延迟须为 0 到 600000 的整数"),
        ({"mode": "explode"}, "模拟器不接受此设置"),
    ):
        refused = client.post(PAGE + "set/", {"element": "hlr", **typed})
        assert refused.status_code == 400
        assert words in refused.content.decode()
    assert fault(network, "hlr") == ("ok", 0, None, None)
    assert DeskDeed.objects.count() == 0


def test_manual_work_completes_by_itself_when_that_is_set(network: Simulator):
    client = signed_in(CONTROL)
    client.post(PAGE + "set/", {"element": "eoms", "mode": "ok", "eoms_seconds": "30"})
    assert network.call("GET", "/control/eoms").body["eoms_seconds"] == 30
    client.post(PAGE + "set/", {"element": "eoms", "mode": "ok", "eoms_seconds": ""})
    assert network.call("GET", "/control/eoms").body["eoms_seconds"] is None


def test_an_open_ticket_is_closed_in_eoms(network: Simulator, post: Post):
    post.send(person().order("VOICE", "FIBRE"))
    client = signed_in(CONTROL)
    tickets = client.get(PAGE + "standing/").context["tickets"]
    ticket = tickets[-1]["ticket"].id
    for _ in range(2):
        assert client.post(PAGE + "close-ticket/", {"ticket": ticket}).url == PAGE
    left = [one["ticket"].id for one in client.get(PAGE + "standing/").context["tickets"]]
    assert left == [one["ticket"].id for one in tickets[:-1]]
    unknown = client.post(PAGE + "close-ticket/", {"ticket": "TT99999999"}, follow=True)
    assert "eoms has no ticket" in unknown.content.decode()


def test_other_pages_warn_while_a_fault_is_set(network: Simulator):
    looker = signed_in(VIEW, CONTROL)
    assert looker.get(PAGE + "warning/").content.decode().strip() == ""
    network.set("hlr", "slow", delay_ms=800)
    warning = looker.get(PAGE + "warning/").content.decode()
    assert "慢, 800 毫秒" in warning
    assert PAGE in warning
    other = signed_in(VIEW, staff_no="9002")
    assert PAGE not in other.get(PAGE + "warning/", headers=ENGLISH).content.decode()


def test_a_silent_simulator_is_told_and_no_page_breaks(network: Simulator, settings):
    settings.NETWORK_URL = f"http://127.0.0.1:{free_port()}"
    client = signed_in(CONTROL, VIEW)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert f"网元模拟器没有响应 ({settings.NETWORK_URL})" in page.content.decode()
    assert client.get(PAGE + "warning/").content.decode().strip() == ""
    for path, form in (("set/", {"preset": "well"}), ("close-ticket/", {"ticket": "TT00000001"})):
        answer = client.post(PAGE + path, form, follow=True)
        assert "网元模拟器没有响应" in answer.content.decode()
    assert DeskDeed.objects.count() == 0


def test_it_is_offered_only_where_it_is_and_to_who_may(network: Simulator, settings, monkeypatch):
    client = signed_in(CONTROL, VIEW)
    assert PAGE in client.get("/oss/work-orders/").content.decode()
    monkeypatch.setattr(simulator, "_glance", simulator._Glance())
    settings.NETWORK_URL = f"http://127.0.0.1:{free_port()}"
    assert f'href="{PAGE}"' not in client.get("/oss/work-orders/").content.decode()
    looker = signed_in(VIEW, staff_no="9002")
    for path in ("", "standing/", "set/", "close-ticket/"):
        assert looker.get(PAGE + path).status_code == 403
    assert looker.post(PAGE + "set/", {"preset": "down"}).status_code == 403
