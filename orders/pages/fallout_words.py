"""The words of the fallout queue: causes and what helps, deeds and what undoes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from core.console import said
from integration.flow import FlowState
from integration.names import chinese_name
from orders import fallout
from orders.models import SubOrder
from orders.pages.flow_words import pair_words, state_words, system_words
from orders.states import Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A cause by its code: what it is called, and what usually helps."""

    zh: str
    en: str
    helps_zh: str
    helps_en: str


CAUSES = {
    "networkRefused": Why(
        zh="网元拒绝",
        en="The network refused",
        helps_zh="多数是该用户在网元上的数据与指令冲突。先看拒绝原因: 临时故障已修复的直接重试; "
        "卡或号码本身"
        "有问题的, 换一张卡或一个号码后重试; 网络侧已由人工做好的, 说明原因后跳过。",
        helps_en="Usually what the element holds about the subscriber contradicts the command. "
        "Read "
        "the reason: retry once the fault is mended; take another card or number if that one is "
        "bad; skip with a reason if engineers have done it by hand.",
    ),
    "networkUnreachable": Why(
        zh="网元不可达",
        en="The network cannot be reached",
        helps_zh="网元或通往它的链路中断, 系统已自动重试多次。请先与网络工程师确认已恢复, "
        "再对该原因的全部"
        "订单批量重试。不要跳过: 网络上什么都没有做。",
        helps_en="The element or the link to it was down through many automatic tries. Ask the "
        "network engineers whether it is back, then retry all orders of this cause together. Do "
        "not skip: nothing has been done in the network.",
    ),
    "numberTaken": Why(
        zh="号码已被占用",
        en="The number is taken",
        helps_zh="号码在受理后给了别人, 或仍在冷却期。请与客户商定另一个空闲号码, 更正后重试。",
        helps_en="Somebody else has got the number meanwhile, or it still rests. Agree on "
        "another "
        "free number with the customer, correct it and retry.",
    ),
    "simTaken": Why(
        zh="SIM 卡已被占用",
        en="The SIM card is taken",
        helps_zh="这张卡已用于其他用户。请取一张空闲的卡, 更正卡号后重试。",
        helps_en="The card serves somebody else. Take a free card, correct its number and retry.",
    ),
    "unknownNumber": Why(
        zh="号码不属于本网",
        en="The number is not ours",
        helps_zh="号码没有入库, 或录入有误。请核对后换一个空闲号码重试。",
        helps_en="The number was never loaded, or mistyped. Take another free number and retry.",
    ),
    "unknownSim": Why(
        zh="SIM 卡未入库",
        en="The SIM card is not ours",
        helps_zh="卡号没有入库, 或录入有误。请核对卡面上的 ICCID, 更正后重试。",
        helps_en="The card was never loaded, or mistyped. Compare it with the number printed on "
        "the "
        "card, correct it and retry.",
    ),
    "lineConflict": Why(
        zh="线路冲突",
        en="Another line has this number or card",
        helps_zh="号码、线路或卡已在另一用户的在网线路上。请查对方用户: 那边应当拆除而未拆的, "
        "先处理那边再重试; "
        "否则换号或换卡后重试。",
        helps_en="The number, line or card serves another subscriber's line. Look that "
        "subscriber "
        "up: if it should have been taken away there, mend that first and retry; otherwise take "
        "another number or card.",
    ),
    "numberInUse": Why(
        zh="号码已在计费",
        en="BOSS bills this number already",
        helps_zh="BOSS 里另一用户仍在使用该号码。请核对那个用户是否已销户, 处理后重试。",
        helps_en="Another subscriber has the number in BOSS. See whether that one should have "
        "been "
        "terminated, mend it and retry.",
    ),
    "subscriberUnknown": Why(
        zh="BOSS 没有该用户",
        en="BOSS does not know the subscriber",
        helps_zh="CRM 和 BOSS 的数据不一致。请先稽核修复该用户, 再重试。",
        helps_en="CRM and BOSS disagree. Let reconciliation restate the subscriber, then retry.",
    ),
    "subscriberExists": Why(
        zh="BOSS 已有该用户, 内容不同",
        en="BOSS has the subscriber with other content",
        helps_zh="CRM 和 BOSS 的数据不一致。请先稽核修复该用户, 再重试; 客户不再需要的, 撤单。",
        helps_en="CRM and BOSS disagree. Let reconciliation restate the subscriber, then retry; "
        "or "
        "cancel if the customer does not want it any more.",
    ),
    "subscriberEnded": Why(
        zh="用户已销户",
        en="The subscriber is terminated",
        helps_zh="该用户在 BOSS 已经终止, 重试不会成功。请撤单。",
        helps_en="The subscriber has ended in BOSS, so trying again cannot succeed. Cancel.",
    ),
    "tariffUnknown": Why(
        zh="BOSS 没有该资费",
        en="BOSS does not know the tariff",
        helps_zh="产品发布没有到达 BOSS。请产品经理重新发布目录, 再批量重试。",
        helps_en="A release of the catalogue has not reached BOSS. Ask the product manager to "
        "release it again, then retry all of this cause.",
    ),
    "offeringUnknown": Why(
        zh="BOSS 没有该产品",
        en="BOSS does not know the offering",
        helps_zh="产品发布没有到达 BOSS。请产品经理重新发布目录, 再批量重试。",
        helps_en="A release of the catalogue has not reached BOSS. Ask the product manager to "
        "release it again, then retry all of this cause.",
    ),
    "letterSkipped": Why(
        zh="消息被人工跳过",
        en="A message was skipped",
        helps_zh="对方系统的操作员跳过了这一步的消息。原因消除后重试; 已由人工完成的, 跳过该步骤。",
        helps_en="An operator of the other system skipped this step's message. Retry once its "
        "cause "
        "is gone; skip the step if it was done by hand.",
    ),
}
OTHERWISE = Why(
    zh="",
    en="",
    helps_zh="请先看原因和实际发生的过程, 消除原因后重试; 已由人工完成的, 说明原因后跳过; "
    "不再需要的, 撤单。",
    helps_en="Read the cause and what really happened. Retry once the cause is gone, skip with a "
    "reason if it was done by hand, or cancel if nobody wants it any more.",
)
STANDINGS = {
    fallout.HELD: ("异常挂起", "Held"),
    fallout.STUCK: ("久无答复", "No answer for long"),
    fallout.CANCELLING: ("撤单中", "Being cancelled"),
}
STANDING_HELPS = {
    fallout.STUCK: (
        "对方系统可能停机, 消息可能成了死信或在等数据。先处理死信和挂起的消息; "
        "系统已恢复而仍无答复的, 再问一次 (不会重复办理)。",
        "The other system may be down, or a message is dead or parked: settle such a message "
        "first. If the system is back and still says nothing, ask again (nothing is done twice).",
    ),
    fallout.CANCELLING: (
        "正在撤销已做的步骤, 完成后自动关闭。长时间不动的, 再问一次。",
        "What was done is being taken back; it closes by itself. Ask again if it does not move.",
    ),
}
DEEDS = {
    Deed.RETRY: ("重试", "Retry"),
    Deed.SKIP: ("跳过", "Skip"),
    Deed.CANCEL: ("撤单", "Cancel"),
}
DEED_MEANS = {
    Deed.RETRY: (
        "被拒绝的步骤按原内容再做一次; 久无答复的再问一次, 不会重复办理。",
        "The refused step is tried again as it is; where there was no answer it is asked again. "
        "Nothing is done twice.",
    ),
    Deed.SKIP: (
        "不做被拒绝的步骤, 订单继续往下走, 最后以“部分竣工”关闭。网络或 BOSS 里缺的须由人工补上。",
        "The order goes on without the refused step and closes as partial. What is missing in "
        "the "
        "network or BOSS must be put right by hand.",
    ),
    Deed.CANCEL: (
        "已做的步骤按相反顺序撤销, 恢复原状, 订单以“已撤单”关闭。已过不可撤销点的订单会被拒绝。",
        "What was done is taken back, newest first, and the order closes as cancelled. Orders "
        "past "
        "their point of no return are refused.",
    ),
}
ACTIONS = {
    "activate": ("开通线路", "Put the line into service"),
    "modify": ("变更线路", "Change the line"),
    "deactivate": ("拆除线路", "Take the line away"),
    "restate": ("重述数据", "State the data again"),
    "open": ("开始计费", "Begin to bill"),
    "change": ("变更计费", "Change what is billed"),
    "terminate": ("终止计费, 出末次账单", "End billing, with a final bill"),
}
UNDOINGS = {
    "deactivate": (
        "从网络上拆除线路, 号码和 SIM 卡不再占用",
        "The line is taken out of the network, number and SIM card are let go",
    ),
    "modify": (
        "线路恢复到办理前的状态",
        "The line gets the state back that it had before",
    ),
    "terminate": (
        "BOSS 终止计费, 已产生的费用出末次账单",
        "BOSS ends billing; what has been used is on a final bill",
    ),
}
AFTERWARDS = {
    "open_subscriber": (
        "用户注销, 所订产品取消",
        "The subscriber is closed, its products are cancelled",
    ),
    "order_bundle": (
        "各用户注销, 所订产品取消",
        "Its subscribers are closed, their products are cancelled",
    ),
    "order_product": (
        "新订的产品取消, 要退的产品照旧",
        "What should join is cancelled, what should leave stays",
    ),
    "terminate_subscriber": (
        "用户和产品照旧, 没有终止日期",
        "The subscriber and its products go on, without an end",
    ),
    "open_customer": ("客户注销", "The customer is closed"),
    "open_account": ("账户注销", "The account is closed"),
}
STEP_STATES: dict[str, tuple[str, str]] = {
    FlowState.ACKNOWLEDGED: ("未发出", "Not sent yet"),
    FlowState.IN_PROGRESS: ("等待答复", "Awaits the answer"),
    FlowState.HELD: ("被拒绝", "Refused"),
    FlowState.COMPLETED: ("已完成", "Done"),
    FlowState.CANCELLED: ("已跳过", "Skipped"),
}
_WARN, _LATE = timedelta(hours=1), timedelta(hours=4)


def age_tone(age: timedelta) -> str:
    """Return the badge for an age: after an hour a warning, after four hours worse."""
    if age >= _LATE:
        return "danger"
    return "warning" if age >= _WARN else "quiet"


def standing_words(standing: str) -> str:
    """Return why an order stands in the queue, in the reader's language."""
    return pair_words(STANDINGS, standing)


def cause_words(standing: str, code: str, zh: str = "", en: str = "") -> str:
    """Return what a cause is called; one that nobody named is told by an order that has it."""
    if standing != fallout.HELD:
        return standing_words(standing)
    known = CAUSES.get(code)
    return said(known.zh, known.en) if known else said(zh, en) or code


def help_words(standing: str, code: str) -> str:
    """Return what usually helps."""
    if standing in STANDING_HELPS:
        return said(*STANDING_HELPS[standing])
    why = CAUSES.get(code, OTHERWISE)
    return said(why.helps_zh, why.helps_en)


def part_state_words(state: str) -> str:
    """Return how a step stands, in the reader's language."""
    return said(*STEP_STATES[state]) if state in STEP_STATES else state_words(state)


def deed_words(deed: str) -> str:
    """Return what a deed is called."""
    return said(*DEEDS[Deed(deed)])


def part_words(part: SubOrder) -> str:
    """Return what a sub-order does, in the reader's language."""
    action = part.payload.get("action", "")
    if action in ACTIONS:
        return said(*ACTIONS[action])
    return said(chinese_name(part.message) or part.message, part.message)


def undoing_words(action: str) -> str:
    """Return what taking something back does, in the reader's language."""
    return pair_words(UNDOINGS, action)


def progress_words(parts: list[SubOrder]) -> str:
    """Return what is done already and who has not done his part: ``1 of 2 done; BOSS not "
    "told``."""
    backward = [one for one in parts if one.undoes is not None]
    way = backward or parts
    done = sum(one.state == FlowState.COMPLETED for one in way)
    if backward:
        first = said(f"已撤销 {done} 步", f"{done} taken back")
    else:
        first = said(f"已完成 {done}/{len(way)} 步", f"{done} of {len(way)} done")
    rest = [*_systems(way, FlowState.HELD, ("{} 拒绝", "{} refused")),
            *_systems(way, FlowState.IN_PROGRESS, ("{} 尚未答复", "{} has not answered yet")),
            *_systems(way, FlowState.ACKNOWLEDGED, ("{} 尚未通知", "{} not told yet"))]  # fmt: skip
    return said("; ", "; ").join([first, *rest])


def _systems(parts: Iterable[SubOrder], state: FlowState, words: tuple[str, str]) -> Iterable[str]:
    found = dict.fromkeys(one.system for one in parts if one.state == state)
    return [said(*words).format(system_words(one)) for one in found]
