"""How provisioning says no about numbers and cards."""

from __future__ import annotations

from core.errors import Conflict, DomainError, NotFound


class UnknownNumber(DomainError):
    """The number is none of ours."""

    code = "unknownNumber"
    zh = "号码 {msisdn} 不是本网号码"
    en = "Number {msisdn} is not one of ours"


class UnknownSim(DomainError):
    """The card is none of ours."""

    code = "unknownSim"
    zh = "SIM 卡 {iccid} 不存在"
    en = "SIM card {iccid} is not one of ours"


class NumberTaken(Conflict):
    """The number is somebody else's, or rests between two owners."""

    code = "numberTaken"
    zh = "号码 {msisdn} 已被占用 ({state})"
    en = "Number {msisdn} is taken ({state})"


class SimTaken(Conflict):
    """The card is somebody else's, or rests between two owners."""

    code = "simTaken"
    zh = "SIM 卡 {iccid} 已被占用 ({state})"
    en = "SIM card {iccid} is taken ({state})"


class LineConflict(Conflict):
    """Another subscriber's line has the number or the card already."""

    code = "lineConflict"
    zh = "号码、线路或 SIM 卡已由用户 {holder} 的在网线路使用"
    en = "Number, line or SIM card already serves the line of subscriber {holder}"


class LineNumberMissing(DomainError):
    """A line that is no mobile one has no number by which it can be told from others."""

    code = "lineNumberMissing"
    zh = "业务类型为 {kind} 的线路缺少业务号码"
    en = "A line of the kind {kind} needs a service number"


class NoSuchWorkOrder(NotFound):
    """There is no work order of that number."""

    code = "noSuchWorkOrder"
    zh = "工单 {number} 不存在"
    en = "There is no work order {number}"


class UnknownElement(DomainError):
    """A service names a network element that nobody has set up."""

    code = "unknownElement"
    zh = "未知网元 {element}"
    en = "Unknown network element {element}"


class MalformedServices(DomainError):
    """A release's services cannot be understood."""

    code = "malformedServices"
    zh = "服务功能数据格式错误: {problem}"
    en = "The services are not well formed: {problem}"
