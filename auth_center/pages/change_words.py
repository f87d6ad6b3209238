"""The words of what an entry of the audit says changed; what has none is shown as it is kept."""

from __future__ import annotations

import json
from typing import Any

from auth_center.pages.audit_words import operation_words
from core.console import said

NAMES = {
    "account": ("账户", "Account"),
    "active_from": ("入职", "Employed from"),
    "active_until": ("离职", "Employed until"),
    "cause": ("原因", "Cause"),
    "channel": ("渠道", "Channel"),
    "client_metadata": ("登出地址", "Addresses of signing off"),
    "codes": ("编码", "Codes"),
    "customer": ("客户", "Customer"),
    "data_scope": ("数据权限", "Sees"),
    "deed": ("办理", "Deed"),
    "device": ("设备", "Device"),
    "document": ("证件", "Document"),
    "email": ("邮箱", "E-mail"),
    "file": ("文件", "File"),
    "forced": ("被要求修改", "Was made to"),
    "is_active": ("启用", "Enabled"),
    "is_retired": ("已停用", "Retired"),
    "kind": ("种类", "Kind"),
    "kinds": ("种类", "Kinds"),
    "limits": ("上限", "Limits"),
    "loaded": ("入库数量", "Loaded"),
    "mending": ("批量处理", "Run of mending"),
    "method": ("登录方式", "How"),
    "name": ("姓名", "Name"),
    "name_en": ("英文名称", "English name"),
    "name_zh": ("中文名称", "Chinese name"),
    "note": ("备注", "Note"),
    "operation": ("操作", "Operation"),
    "orders": ("订单数", "Orders"),
    "org_unit": ("组织机构", "Organisation unit"),
    "parent_code": ("上级机构", "Part of"),
    "path": ("机构路径", "Path of the unit"),
    "permissions": ("权限", "Permits"),
    "permitted": ("是否允许", "Permitted"),
    "position": ("岗位", "Position"),
    "reason": ("原因", "Reason"),
    "redirect_uris": ("登录回调地址", "Where sign-ons come back to"),
    "refused": ("拒绝原因", "Refused for"),
    "region": ("区域", "Region"),
    "role_codes": ("角色", "Roles"),
    "rows": ("行数", "Rows"),
    "scheme": ("鉴权方案", "Scheme"),
    "scopes": ("接口范围", "Scopes"),
    "sign_on": ("登录编号", "Sign-on"),
    "since": ("从", "From"),
    "size": ("大小 (字节)", "Size (bytes)"),
    "state": ("状态", "State"),
    "subscriber": ("用户", "Subscriber"),
    "systems": ("适用系统", "Holds in"),
    "turned_away": ("未验证密码即拒绝", "Turned away unheard"),
    "unlimited": ("不限频率", "No limit of calls"),
    "until": ("到", "Until"),
    "what": ("事项", "What"),
    "who": ("操作人", "Who"),
    "why": ("原因", "Why"),
}


def change_words(name: str) -> str:
    """Return what a thing that changed is called."""
    return said(*NAMES[name]) if name in NAMES else name


def value_words(name: str, value: Any) -> str:
    """Return how a thing stood, one of several a line."""
    if isinstance(value, bool):
        return said("是", "Yes") if value else said("否", "No")
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        words = map(operation_words if name == "permissions" else str, map(str, value))
        return said("、", ", ").join(words)
    return json.dumps(value, ensure_ascii=False, indent=1)
