"""The words of the audit's pages: operations, what they are done on, and who did them."""

from __future__ import annotations

from auth_center.permissions import permissions
from core.console import said

# What is recorded and needs no permission; the others are named as their permissions are.
OPERATIONS = {
    "auth_center.add_factor": ("绑定第二因素", "Second factor added"),
    "auth_center.approve": ("批准", "Approved"),
    "auth_center.arrive": ("进入操作台", "Arrived at a console"),
    "auth_center.ask_approval": ("提交审批", "Asked for approval"),
    "auth_center.change_password": ("修改密码", "Password changed"),
    "auth_center.connect_system": ("系统鉴权", "Connection of a system"),
    "auth_center.expire_approval": ("审批过期", "Approval expired"),
    "auth_center.refuse_approval": ("驳回", "Approval refused"),
    "auth_center.remove_factor": ("解除第二因素", "Second factor removed"),
    "auth_center.sign_in": ("登录", "Signed in"),
    "auth_center.sign_in_refused": ("登录被拒绝", "Sign-in refused"),
    "auth_center.sign_in_shut": ("登录被锁定", "Sign-in locked"),
    "auth_center.sign_off": ("退出", "Signed off"),
    "auth_center.speak_as_system": ("冒充系统", "Claimed to be a system"),
    "auth_center.withdraw_approval": ("撤回审批", "Request for approval withdrawn"),
}
SUBJECTS = {
    "account": ("账户", "Account"),
    "address": ("网络地址", "Address"),
    "approval": ("审批单", "Approval"),
    "catalogue": ("产品目录", "Catalogue"),
    "cause": ("挂起原因", "Cause"),
    "class": ("产品分类", "Class"),
    "client": ("外部系统", "Client"),
    "console": ("操作台", "Console"),
    "customer": ("客户", "Customer"),
    "delivery": ("投递", "Delivery"),
    "element": ("网元", "Element"),
    "file": ("目录文件", "File"),
    "inventory": ("资源库", "Inventory"),
    "letter": ("消息", "Message"),
    "number": ("号码", "Number"),
    "operator": ("操作员", "Operator"),
    "order": ("订单", "Order"),
    "question": ("查询", "Question"),
    "release": ("产品发布", "Release"),
    "role": ("角色", "Role"),
    "scheme": ("鉴权方案", "Scheme"),
    "subscriber": ("用户", "Subscriber"),
    "system": ("系统", "System"),
    "ticket": ("网管单", "Ticket"),
    "unit": ("组织机构", "Unit"),
    "work_order": ("工单", "Work order"),
}
ACTORS = {
    "operator": ("操作员", "operator"),
    "channel": ("渠道", "channel"),
    "client": ("渠道", "channel"),
    "system": ("系统", "system"),
    "nobody": ("未登录", "nobody"),
    "unknown": ("身份不明", "unknown"),
}


def operation_words(name: str) -> str:
    """Return what an operation is called; its name where nobody knows it."""
    known = permissions().get(name)
    words = OPERATIONS.get(name) or (known and (known.zh, known.en))
    return said(*words) if words else name


def subject_words(subject: str) -> str:
    """Return what something was done on: "客户 CC000000018"."""
    kind, _, number = subject.partition(":")
    words = SUBJECTS.get(kind)
    return f"{said(*words)} {number}".strip() if words else subject


def actor_words(kind: str) -> str:
    """Return what kind of actor it is."""
    return said(*ACTORS[kind]) if kind in ACTORS else kind
