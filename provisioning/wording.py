"""What the network is asked, in the words of whoever has to do it or to understand it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.words import said
from provisioning.models import NetworkService

_WORK = {
    "fibre_line": ("光纤线路", "fibre line"),
    "broadband": ("宽带接入", "broadband access"),
    "set_top_box": ("机顶盒", "set-top box"),
    "wifi_router": ("WiFi 路由器", "WiFi router"),
    "room_fibre": ("全屋光纤", "fibre to the rooms"),
}
_DEEDS = {
    "install": ("安装", "Install"),
    "remove": ("拆除", "Remove"),
    "repair": ("检修", "Repair"),
    "assign": ("分配", "Assign"),
    "enable": ("开通", "Enable"),
    "disable": ("关闭", "Disable"),
    "subscribe": ("订购", "Subscribe to"),
}
_PARAMETERS = {
    "downlink_mbps": ("下行 {} Mbit/s", "{} Mbit/s down"),
    "uplink_mbps": ("上行 {} Mbit/s", "{} Mbit/s up"),
    "address": ("地址 {}", "at {}"),
    "port": ("端口 {}", "port {}"),
    "devices": ("{} 个终端", "{} devices"),
    "apn": ("APN {}", "APN {}"),
}
_OBJECTS = ("work", "resource", "service", "product")  # the parameter that says what it is about
_RESOURCES = {"msisdn": ("号码", "the number"), "iccid": ("SIM 卡", "the SIM card")}
_BARS = {
    "none": ("不限制", "no bar"),
    "outgoing": ("限呼出", "outgoing barred"),
    "both": ("双向限制", "barred both ways"),
}
_SILENCES = (
    (re.compile(r"no answer within (\S+) s"), r"\1 秒内没有应答", r"no answer within \1 s"),
    (re.compile(r"connection lost \(\w+\)"), "连接中断", "connection lost"),
    (re.compile(r"left alone after it kept silent"), "多次无应答, 暂缓联系",
     "left alone for a while after it kept silent"),
    (re.compile(r"HTTP (\d+).*"), r"返回 HTTP \1", r"HTTP \1"),
)  # fmt: skip


def commands_in_words(request: Mapping[str, Any], names: Mapping[str, NetworkService]) -> list[str]:
    """Return what one work order asks for, a line a command."""
    if not request.get("active", True):
        return [said("拆除该用户在此网元的全部业务", "Remove everything this subscriber has here")]
    lines = [_command(one, names) for one in request.get("commands", ())]
    bar = request.get("bar", "none")
    if bar != "none":
        lines.append(said("停机限制: ", "Bar: ") + said(*_BARS.get(bar, (bar, bar))))
    return lines or [said("保持基本状态", "Keep the basic state")]


def _command(command: Mapping[str, Any], names: Mapping[str, NetworkService]) -> str:
    parameters = dict(command.get("parameters") or {})
    deed = str(command.get("command", ""))
    service = names.get(str(command.get("service", "")))
    name = said(service.name_zh, service.name_en) if service else str(command.get("service", ""))
    subject = next((parameters.pop(key) for key in _OBJECTS if key in parameters), "")
    known = _WORK.get(subject) or _RESOURCES.get(subject)
    words = said(*known) if known else name
    details = [
        said(*_PARAMETERS.get(key, (f"{key} {{}}", f"{key} {{}}"))).format(value)
        for key, value in parameters.items()
    ]
    gap = " " if words[:1].isascii() else ""
    text = said(*_DEEDS.get(deed, (deed, deed))) + gap + words
    if known and name and name != words:
        text += said(f" ({name})", f" ({name})")
    return text + (said(", ", ", ") + ", ".join(details) if details else "")


def silence_in_words(note: str) -> str:
    """Return why an attempt came to nothing, from the note it left in the trace."""
    if not note:
        return ""
    for pattern, zh, en in _SILENCES:
        found = pattern.search(note)
        if found:
            reason = said(found.expand(zh), found.expand(en))
            return said(f"网元不可达: {reason}", f"Unreachable: {reason}")
    if note.startswith("执行中断"):
        return said("执行中断, 已重新执行", "Interrupted, taken up again")
    return note
