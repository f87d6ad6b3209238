"""A flow's page in a real browser: arrows that open their messages, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Desk
from tests.channel import CUSTOMER, Channel, customer_body

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
WORDS = {"zh": ("已竣工", "创建客户、账户请求"), "en": ("Completed", "CustomerAccountRequest")}


@pytest.fixture(scope="module")
def order(served: Any) -> str:
    """The number of a flow that has ended."""
    channel = Channel(served.demo)
    channel.sign_in()
    body = customer_body(700_001)
    body["characteristic"].append({"name": "region", "value": "GZ"})  # where the clerk works
    customer = channel.post(CUSTOMER, body, wait=20).body
    flows = channel.get(f"/api/v1/flows?customer={customer['id']}").body
    return str(flows[0]["no"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", ["desktop", "narrow"])
def test_an_arrow_opens_its_message_and_closes_again(
    desk: Sit, order: str, language: str, width: str
) -> None:
    done, message = WORDS[language]
    seat = desk(language, width)
    seat.sign_in("crm", "clerk")
    assert seat.open(f"/crm/flows/{order}/") == 200
    seat.page.locator("#flow-progress:not([hx-get])").wait_for()
    assert done in seat.text()
    assert seat.overflow() <= 0
    arrow = seat.page.locator("a.arrow.shape-message").first
    arrow.focus()
    seat.page.keyboard.press("Enter")
    panel = seat.page.locator("#flow-panel")
    panel.wait_for(state="visible")
    assert message in panel.inner_text()
    assert "customer_no" in panel.inner_text()
    assert seat.page.evaluate("document.activeElement.id") == "flow-panel"
    seat.page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert seat.page.evaluate("document.activeElement.id") == arrow.get_attribute("id")
    assert seat.overflow() <= 0
    assert seat.troubles == []


def test_without_the_panel_an_arrow_is_a_link(desk: Sit, order: str) -> None:
    seat = desk("zh")
    seat.sign_in("crm", "clerk")
    seat.open(f"/crm/flows/{order}/")
    address = seat.page.locator("a.arrow.shape-message").first.get_attribute("href")
    assert seat.open(str(address)) == 200
    assert "返回流程" in seat.text()
    assert "customer_no" in seat.text()
    assert seat.troubles == []


def test_the_list_leads_to_the_flow(desk: Sit, order: str) -> None:
    seat = desk("en", "narrow")
    seat.sign_in("crm", "clerk")
    seat.open("/crm/flows/")
    assert seat.overflow() <= 0
    seat.page.fill("#number", order.lower())
    seat.page.press("#number", "Enter")
    seat.page.wait_for_load_state("networkidle")
    seat.page.click(f"text={order}")
    seat.page.wait_for_url(f"**/crm/flows/{order}/")
    assert seat.troubles == []
