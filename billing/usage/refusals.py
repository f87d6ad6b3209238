"""What is refused of usage, and what is set aside, in words."""

from __future__ import annotations

from core.errors import Conflict, DomainError, NotFound


def printable(text: str) -> str:
    """Return words of a stranger so that they can be kept and shown."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


class FileRefused(DomainError):
    """A usage file was refused whole: nothing of it was taken in."""

    code = "usageFileRefused"
    zh = "话单文件被拒收: {why_zh}"
    en = "The usage file is refused: {why_en}"

    def __init__(self, *, why_zh: str, why_en: str, line: int = 0) -> None:
        at_zh, at_en = (f"第 {line} 行: ", f"line {line}: ") if line else ("", "")
        super().__init__(why_zh=at_zh + printable(why_zh), why_en=at_en + printable(why_en))


class FileGone(Conflict):
    """A file is not, or not as it was, where a part of it had been taken in from."""

    code = "usageFileGone"
    zh = "批次 {batch} 的文件已变化或不在原处, 请放回原文件"
    en = "The file of batch {batch} has changed or is gone: put it back"


class UsageRefused(DomainError):
    """One use that was told at once cannot be taken in."""

    code = "usageRefused"
    zh = "话单不能入库: {why_zh}"
    en = "The usage cannot be taken in: {why_en}"


class UsageKeyTaken(Conflict):
    """Another record has this key and revision."""

    code = "usageKeyTaken"
    zh = "话单标识 {key} (第 {revision} 次更正) 已有其他内容"
    en = "Usage {key}, revision {revision}, is already held with other content"


class QuarantineUnknown(NotFound):
    """There is no such record in quarantine that waits."""

    code = "quarantineUnknown"
    zh = "没有待处理的异常话单 {id}"
    en = "No usage waits in quarantine under {id}"


class ReasonMissing(DomainError):
    """Whoever discards usage says why."""

    code = "reasonMissing"
    zh = "请填写原因"
    en = "A reason is needed"


# Why a line is set aside; {value} is what stands in it.
REASONS: dict[str, tuple[str, str]] = {
    "unreadable": ("无法解析此行", "the line cannot be read"),
    "bad_key": (
        "话单标识 {value} 应为 1 至 80 个可见字符",
        "the key {value} is not 1 to 80 visible characters",
    ),
    "bad_revision": ("更正次数 {value} 不是数字", "the revision {value} is no number"),
    "unknown_usage": ("业务 {value} 不存在", "there is no usage {value}"),
    "bad_number": ("业务号码 {value} 格式错误", "the number {value} is not of the right form"),
    "bad_time": (
        "开始时间 {value} 应为带时区的时间",
        "the start {value} is no time with its zone",
    ),
    "future": ("开始时间 {value} 在将来", "the start {value} lies in the future"),
    "too_old": ("开始时间 {value} 太早", "the start {value} is too long ago"),
    "bad_quantity": ("数量 {value} 不是整数", "the quantity {value} is no whole number"),
    "overflow": ("{value} 超出上限", "{value} is more than can be"),
    "wrong_unit": ("单位 {value} 与业务不符", "the unit {value} does not measure this usage"),
    "bad_place": (
        "区域、漫游地、对端或内容提供方 {value} 格式错误",
        "{value} is no zone, visited zone, peer or provider",
    ),
    "bad_amount": ("金额 {value} 错误", "the amount {value} is none, or is not due here"),
    "unknown_subscriber": (
        "当时没有用户使用 {value}",
        "nobody had {value} at that time",
    ),
    "key_taken": (
        "话单标识 {value} 已有其他内容",
        "the key {value} is already held with other content",
    ),
    "no_tariff": ("没有适用的资费", "no tariff fits"),
    "no_payer": ("没有默认付费账户", "nobody pays for the subscriber"),
}


def words_of(reason: str, value: str) -> tuple[str, str]:
    """Return why, in both languages; a reason of another part of billing stands for itself."""
    zh, en = REASONS.get(reason, (reason, reason))
    return zh.replace("{value}", value), en.replace("{value}", value)
