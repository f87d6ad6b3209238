"""The notes of a trace in English: they are stored as they are written, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WHOLE = {
    "创建用户，及附加信息A": "Create the subscriber, with what CRM alone knows of it",
    "创建账户、客户数据，及其扩展信息A": (
        "Create account and customer, with what CRM alone knows of them"
    ),
    "创建账户数据，及其扩展信息A": "Create the account, with what CRM alone knows of it",
    "创建客户、账户数据，及其扩展信息B": (
        "Create customer and account, with what BOSS alone knows of them"
    ),
    "创建用户、及附加信息B": "Create the subscriber, with what BOSS alone knows of it",
    "创建组合产品的各用户，及附加信息A": (
        "Create the bundle's subscribers, with what CRM alone knows of them"
    ),
    "修改用户、订购信息": "Change the subscriber and its subscriptions",
    "修改用户订购信息": "Change the subscriber's subscriptions",
    "终止订购": "End the subscriptions",
    "稽核修复: 用户、订购信息以CRM为准": "Repair: subscriber and subscriptions as CRM has them",
    "创建产品基本信息（编号和名称）和服务": "Create products (code and name) and services",
    "产品资费配置: 创建产品资费和服务功能": "Configure tariffs and service functions",
    "产品信息同步处理: 进入测试": "Take over what was configured: into test",
    "产品信息同步处理: 测试通过, 审批发布": "Tested, approved by a second person, launched",
    "产品资费配置完成": "Tariffs and services are configured",
    "产品资费生效": "The tariffs are in effect",
    "撤回产品发布": "The release is withdrawn",
    "撤回产品资费": "Forget the release's tariffs",
    "创建产品、资费描述和服务": "Create products, descriptions of tariffs, and services",
    "订单关闭": "Close the order",
    "订单撤销, 已恢复原状": "Order cancelled, everything is as it was",
    "订单已撤销": "the order was cancelled",
    "异常处理: 重试": "Fallout: tried again",
    "全停": "bar all",
    "终止订购, 出末次账单": "end the subscriptions, final bill",
    "拆除, 号码进入冷却": "remove from the network, number into cooling",
    "撤销": "undo",
    "已受理": "accepted",
    "等待超时, 已答复当前状态": "waited in vain, answered with the state reached",
    "已过不可撤销点": "past the point of no return",
    "用户已销户": "the subscriber has ended",
    "完成": "done",
    "完成, 网元已有更新的状态": "done, the element already had a newer state",
    "执行中断, 重新执行": "interrupted, to be done again",
    "预付费: 先于开通": "prepaid: before provisioning",
    "输入URL": "enters the address",
    "输入用户名/密码，用户认证": "staff number and password, second factor",
    "认证通过，含cookie": "authenticated, with a cookie",
    "登录CRM界面，含cookie": "opens CRM, with the cookie",
    "登录BOSS界面，含cookie": "opens BOSS, with the cookie",
    "登录OSS界面，含cookie": "opens provisioning, with the cookie",
    "登录另一系统，含cookie": "opens another system, with the cookie",
    "cookie认证": "whose cookie is this",
    "鉴权": "Authorization",
    "鉴权，操作指令执行": "Authorization, then the operation",
    "菜单": "menu",
    "业务操作": "this operation",
}
_KINDS = {
    "订购类订单": "subscription",
    "用户状态变更类订单": "status change",
    "开通类订单": "provisioning",
}
_DELIVERED = re.compile(r"\(投递 (\d+) 次\)$")
_DECOMPOSED = re.compile(r"创建订单，并将订单分解为(.+)")
_WORK = re.compile(r"(\S+) 工单 ([A-Z0-9]+)(?: 第 (\d+) 次)?(?:: (.*))?", re.DOTALL)
_SILENT = re.compile(r"不可达 \((.*)\), 稍后重试", re.DOTALL)
_GIVEN_UP = re.compile(r"网元 (\S+) 不可达, 已尝试 (\d+) 次: (.*)", re.DOTALL)
_REFUSED = re.compile(r"网元 (\S+) 拒绝: .*\((\w+)\)", re.DOTALL)
_RETRIED = re.compile(r"异常处理: 重试 \((.*)\)", re.DOTALL)
_PASSED = re.compile(r"异常处理: 跳过 \((.*)\)", re.DOTALL)
_CANCELLED = re.compile(r"撤单 \((.*)\)", re.DOTALL)
_SKIPPED = re.compile(r"人工跳过消息 (.*)", re.DOTALL)
_HELD = re.compile(r"订单转异常: (.*)", re.DOTALL)
_NOT_LAUNCHED = re.compile(r"产品发布被拒绝: (.*)", re.DOTALL)
_NOT_SYNCED = re.compile(r"开通拒绝服务功能: (.*)", re.DOTALL)
_RECORDED = re.compile(r"记录操作员 (\S+)")
_SENTENCES = (
    (_SILENT, "not reached ({}), tried again later"),
    (_GIVEN_UP, "{} not reached in {} tries: {}"),
    (_REFUSED, "{} refused ({})"),
    (_RETRIED, "Fallout: tried again ({})"),
    (_PASSED, "Fallout: skipped ({})"),
    (_CANCELLED, "Order to be cancelled ({})"),
    (_SKIPPED, "Message skipped by hand: {}"),
    (_NOT_LAUNCHED, "The release is refused: {}"),
    (_RECORDED, "recorded for operator {}"),
    (_NOT_SYNCED, "Provisioning refuses the service functions: {}"),
)


def english_note(note: str, said: Mapping[str, str] | None = None) -> str:
    """Return a trace's note in English; what nobody has put into English stays as it is.

    ``said`` are reasons in Chinese with their English, from the order the trace belongs to.
    """
    delivered = _DELIVERED.search(note)
    if delivered:
        rest = english_note(note[: delivered.start()].strip(), said)
        return f"{rest} (delivered {delivered[1]} times)".strip()
    if note in _WHOLE:
        return _WHOLE[note]
    if said and note in said:
        return said[note]
    if decomposed := _DECOMPOSED.fullmatch(note):
        kinds = [_KINDS.get(kind, kind) for kind in decomposed[1].split("、")]
        return f"Create the order and decompose it: {', '.join(kinds)}"
    if held := _HELD.fullmatch(note):
        return f"Order goes to fallout: {english_note(held[1], said)}"
    if work := _WORK.fullmatch(note):
        again = f", try {work[3]}" if work[3] else ""
        words = f": {english_note(work[4], said)}" if work[4] else ""
        return f"{work[1]}, work order {work[2]}{again}{words}"
    for pattern, english in _SENTENCES:
        if found := pattern.fullmatch(note):
            return english.format(*found.groups())
    return note
