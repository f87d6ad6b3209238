"""How the pages of usage say kinds, places, states and quantities."""

from __future__ import annotations

from typing import Any

from billing.pages.measured import USAGES as USAGES
from billing.pages.measured import place as place
from billing.pages.measured import quantity as quantity
from billing.states import BatchState, QuarantineState, UsageSource
from core.words import said

SOURCES = {
    UsageSource.FILE: ("文件", "File"),
    UsageSource.API: ("接口", "API"),
    UsageSource.PREPAID: ("实时计费", "Prepaid charging"),
    UsageSource.MENDED: ("异常回收", "Recovered"),
    UsageSource.RERATE: ("重新批价", "Rated again"),
}
BATCHES = {
    BatchState.LOADING: ("入库中", "Loading", "info"),
    BatchState.LOADED: ("待批价", "To be rated", "info"),
    BatchState.RATING: ("批价中", "Rating", "info"),
    BatchState.RATED: ("已批价", "Rated", "success"),
    BatchState.REFUSED: ("被拒收", "Refused", "danger"),
}
QUARANTINE = {
    QuarantineState.OPEN: ("待处理", "Waits", "warning"),
    QuarantineState.RECOVERED: ("已恢复", "Recovered", "success"),
    QuarantineState.DISCARDED: ("已丢弃", "Discarded", "quiet"),
}
STANDINGS = {
    "received": ("待批价", "To be rated", "info"),
    "recycled": ("异常待处理", "In quarantine", "warning"),
    "rejected": ("已丢弃", "Discarded", "quiet"),
    "rated": ("已批价", "Rated", "success"),
    "rerated": ("已重新批价", "Rated again", "success"),
    "billed": ("已出账", "Billed", "success"),
}
REASONS = {
    "unreadable": ("无法解析", "Cannot be read"),
    "bad_key": ("标识错误", "Wrong key"),
    "bad_revision": ("更正次数错误", "Wrong revision"),
    "unknown_usage": ("业务不存在", "Unknown usage"),
    "bad_number": ("号码错误", "Wrong number"),
    "bad_time": ("时间错误", "Wrong time"),
    "future": ("将来时间", "In the future"),
    "too_old": ("时间太早", "Too long ago"),
    "bad_quantity": ("数量错误", "Wrong quantity"),
    "overflow": ("超出上限", "Too much"),
    "wrong_unit": ("单位不符", "Wrong unit"),
    "bad_place": ("区域或对端错误", "Wrong place or peer"),
    "bad_amount": ("金额错误", "Wrong amount"),
    "unknown_subscriber": ("用户不存在", "Unknown subscriber"),
    "key_taken": ("标识重复, 内容不同", "Key taken, other content"),
    "no_tariff": ("没有适用资费", "No tariff fits"),
    "no_payer": ("没有付费账户", "Nobody pays"),
}


def badge(of: dict[Any, tuple[str, str, str]], key: str) -> dict[str, str]:
    """Return a state in a word and a colour."""
    zh, en, colour = of.get(key, (key, key, "quiet"))
    return {"word": said(zh, en), "colour": colour}


def word(of: dict[Any, tuple[str, str]], key: str) -> str:
    """Return the word for a key; one of another part of billing stands for itself."""
    return said(*of.get(key, (key, key)))
