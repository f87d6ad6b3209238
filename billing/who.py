"""Who did something and where a payment came from, in words where a number says nothing."""

from __future__ import annotations

from core.words import said

KINDS = {
    "operator": ("工号", "Staff"),
    "channel": ("渠道", "Channel"),
    "system": ("系统", "System"),
}
# What billing does on its own account (``system_actor``); everybody else is told by number.
SYSTEMS = {
    "bank files": ("银行文件入账", "posting of bank files"),
    "usage": ("话单处理", "usage processing"),
    "balances": ("余额处理", "care of balances"),
    "vouchers": ("充值卡发行", "issue of vouchers"),
    "load": ("数据导入", "loading of files"),
    "demo": ("演示数据", "demo data"),
    "demo-approver": ("演示数据", "demo data"),
}
_SOURCES = {
    "counter": ("营业厅柜台", "Counter"),
    "voucher": ("充值卡", "Voucher"),
}


def who(number: str | None) -> str:
    """Return what an actor is called: a system's work by its name, others by their number."""
    return said(*SYSTEMS.get(number or "", (number or "", number or "")))


def kind_of_actor(kind: str) -> str:
    """Return what kind of actor it is."""
    return said(*KINDS.get(kind, (kind, kind)))


def source_of_payment(source: str, reference: str) -> str:
    """Return where a payment was told, with the teller's own reference.

    At the counter the reference is only the form's mark against sending it twice.
    """
    if source in _SOURCES:
        told = said(*_SOURCES[source])
        return told if source == "counter" else f"{told} {reference}"
    way, _, name = source.partition(":")
    if name and way == "bank":
        return said(f"银行 {name}, 流水号 {reference}", f"Bank {name}, serial {reference}")
    if name and way == "api":
        return said(f"接口 {name}, 外部编号 {reference}", f"API {name}, reference {reference}")
    return f"{source} {reference}"
