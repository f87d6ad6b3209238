"""费用组: what the groups of charges are called."""

from __future__ import annotations

from core.words import said

CHARGE_GROUPS = {
    "*": ("全部", "Everything"),
    "rental": ("月租", "Rental"),
    "voice": ("语音", "Voice"),
    "data": ("流量", "Data"),
    "sms": ("短信", "SMS"),
    "mms": ("彩信", "MMS"),
    "roaming": ("漫游", "Roaming"),
    "international": ("国际长途", "International calls"),
    "function": ("功能", "Functions"),
    "content": ("内容", "Content"),
    "broadband": ("宽带", "Broadband"),
    "installation": ("安装", "Installation"),
    "tv": ("电视", "Television"),
    "usage": ("使用费", "Usage"),
    "other": ("其他", "Other"),
    # what a line without a charge group is about
    "recurring": ("周期费", "Recurring"),
    "one_off": ("一次性费用", "One-off"),
    "penalty": ("提前终止违约金", "Early leaving"),
    "minimum": ("最低消费补足", "Minimum"),
    "cap": ("封顶减免", "Cap"),
    "discount": ("优惠", "Discount"),
    "late_fee": ("逾期违约金", "Late fee"),
    "correction": ("更正", "Correction"),
}


def group_word(key: str | None) -> str:
    """Return what a charge group is called; one that an operator made up is its own word."""
    return said(*CHARGE_GROUPS.get(key or "", (key or "", key or "")))
