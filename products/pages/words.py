"""The words of the catalogue's pages: kinds, states, prices and instants, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext

from core.words import said
from products.states import OfferingStatus, ReleaseStatus

STATUS_TONES = {
    OfferingStatus.IN_DESIGN: "info",
    OfferingStatus.IN_TEST: "warning",
    OfferingStatus.LAUNCHED: "success",
    OfferingStatus.RETIRED: "quiet",
    OfferingStatus.OBSOLETE: "quiet",
}
RELEASE_TONES = {
    ReleaseStatus.DRAFT: "quiet",
    ReleaseStatus.REQUESTED: "info",
    ReleaseStatus.ACCEPTED: "info",
    ReleaseStatus.CONFIGURED: "warning",
    ReleaseStatus.LAUNCHED: "success",
    ReleaseStatus.REFUSED: "danger",
    ReleaseStatus.WITHDRAWN: "quiet",
}
SALES = {
    "now": ("在售", "On sale"),
    "later": ("待售", "Not yet on sale"),
    "over": ("销售期已过", "Sale is over"),
    "none": ("不销售", "Not sold"),
}
SALE_TONES = {"now": "success", "later": "info", "over": "quiet", "none": "quiet"}
RELATIONS = {
    "requires": ("依赖", "Requires"),
    "excludes": ("互斥", "Excludes"),
    "replaces": ("替代", "Replaces"),
    "parts": ("组成部分", "Parts"),
    "required_by": ("被依赖", "Required by"),
    "replaced_by": ("被替代", "Replaced by"),
    "part_of": ("属于组合", "Part of"),
}
CHARGE_GROUPS = {
    "rental": ("月租", "Rental"),
    "voice": ("语音", "Voice"),
    "data": ("流量", "Data"),
    "sms": ("短信", "SMS"),
    "mms": ("彩信", "MMS"),
    "roaming": ("漫游", "Roaming"),
    "function": ("功能", "Functions"),
    "content": ("内容", "Content"),
    "broadband": ("宽带", "Broadband"),
    "installation": ("安装", "Installation"),
    "tv": ("电视", "Television"),
}
ELEMENTS = {
    "hlr": ("归属位置寄存器 HLR", "HLR"),
    "dsmp": ("数据业务平台 DSMP", "DSMP"),
    "eoms": ("电子运维 EOMS", "EOMS"),
}
COMMANDS = {
    "assign": ("分配资源", "Assign a resource"),
    "enable": ("开通功能", "Enable a function"),
    "subscribe": ("订购内容", "Subscribe to content"),
    "install": ("上门安装", "Install by hand"),
}
RESOURCES = {
    "msisdn": ("手机号码", "Mobile number"),
    "iccid": ("SIM 卡", "SIM card"),
    "line": ("宽带线路", "Broadband line"),
}
UNITS = {
    "s": ("秒", "s"),
    "min": ("分钟", "min"),
    "h": ("小时", "h"),
    "message": ("条", "message"),
    "messages": ("条", "messages"),
    "item": ("次", "item"),
    "items": ("次", "items"),
}
CUSTOMER_KINDS = {"person": ("个人", "Persons"), "organisation": ("单位", "Organisations")}
SEGMENTS = {
    "consumer": ("大众", "Consumer"),
    "student": ("学生", "Student"),
    "business": ("商企", "Business"),
    "government": ("政企", "Government"),
    "vip": ("VIP", "VIP"),
}
ACTORS = {
    "operator": ("操作员", "operator"),
    "channel": ("渠道", "channel"),
    "system": ("系统", "system"),
}


def worded(words: Mapping[str, tuple[str, str]], code: str) -> str:
    """Return what a code means in the reader's language; one that nobody named stays itself."""
    return said(*words[code]) if code in words else code


def label(choices: type[TextChoices], value: str) -> str:
    """Return a choice's name in the reader's language."""
    return gettext(str(choices(value).label)) if value in choices.values else value


def status_tone(status: str) -> str:
    """Return the badge that suits an offering's status."""
    return STATUS_TONES.get(OfferingStatus(status), "info")


def release_tone(status: str) -> str:
    """Return the badge that suits a release's status."""
    return RELEASE_TONES.get(ReleaseStatus(status), "info")


def money(amount: Decimal, currency: str = "CNY") -> str:
    """Return an amount as it is advertised: ¥59, ¥0.15, ¥12.50."""
    text = f"{amount:,.2f}" if amount == amount.quantize(Decimal("0.01")) else f"{amount:,f}"
    text = text.rstrip("0") if len(text.partition(".")[2]) > 2 else text.removesuffix(".00")
    return f"¥{text}" if currency in ("CNY", "") else f"{currency} {text}"


def priced(amount: Decimal, currency: str, per: str) -> str:
    """Return an advertised price: ``per`` is "cycle", "once" or a quantity ("1 GB")."""
    words = {"cycle": said("/月", " a month"), "once": said(" 一次性", " once")}
    if per in words:
        return money(amount, currency) + words[per]
    number, _, unit = per.partition(" ")
    counted = worded(UNITS, unit) if number == "1" else f"{number} {worded(UNITS, unit)}"
    return f"{money(amount, currency)}/{counted}"


def instant(at: datetime | None) -> str:
    """Return a day where it is its first moment in the operator's zone, else with the minute."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    first = (local.hour, local.minute, local.second) == (0, 0, 0)
    return f"{local:%Y-%m-%d}" if first else f"{local:%Y-%m-%d %H:%M}"


def day(at: datetime | None) -> str:
    """Return the day of an instant in the operator's zone."""
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


def moment(at: datetime | None) -> str:
    """Return when something was done, to the second."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def period(begin: datetime | None, end: datetime | None) -> str:
    """Return a half-open period as people read it."""
    if begin is None and end is None:
        return said("未定", "Not set")
    if end is None:
        return said(f"{instant(begin)} 起", f"From {instant(begin)}")
    return said(
        f"{instant(begin)} 至 {instant(end)} 前", f"From {instant(begin)} until {instant(end)}"
    )


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return said("、", ", ").join(words)
