"""The words of customers' pages for what CRM and the other systems say in codes."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext

from core.words import said

SUSPEND_REASONS = {
    "voluntary": ("申请停机", "at the customer's request"),
    "lost": ("挂失", "reported lost"),
    "arrears_one_way": ("欠费单停", "arrears, outgoing barred"),
    "arrears_two_way": ("欠费双停", "arrears, both ways barred"),
    "fraud": ("涉诈停机", "suspected fraud"),
    "administrative": ("行政停机", "by order of an authority"),
}
SERVICE_KINDS = {
    "mobile": ("移动", "Mobile"),
    "broadband": ("宽带", "Broadband"),
    "fixed": ("固话", "Fixed line"),
}
SERVICE_ICONS = {"mobile": "smartphone", "broadband": "router", "fixed": "call"}
CREDIT_STANDINGS = {
    "good": ("良好", "good"),
    "watched": ("关注", "watched"),
    "bad": ("不良", "bad"),
}
ACCOUNT_STATUSES = {"active": ("正常", "Active"), "closed": ("已销户", "Closed")}
LINE_STATES = {"active": ("在网", "On the network"), "terminated": ("已拆机", "Removed")}
BARS = {
    "none": ("呼入呼出正常", "calls both ways"),
    "outgoing": ("限呼出", "outgoing barred"),
    "both": ("双向限制", "barred both ways"),
}
RESOURCE_STATES = {
    "free": ("空闲", "free"),
    "reserved": ("预占", "reserved"),
    "in_use": ("在用", "in use"),
    "cooling": ("冷却", "cooling"),
    "ported_out": ("已携出", "ported out"),
}
CONTACTS = {
    "phone": ("电话", "Phone"),
    "mobile": ("手机", "Mobile"),
    "mobilephone": ("手机", "Mobile"),
    "telephonenumber": ("电话", "Phone"),
    "email": ("邮箱", "E-mail"),
    "emailaddress": ("邮箱", "E-mail"),
    "postaladdress": ("地址", "Address"),
    "address": ("地址", "Address"),
    "geographicaddress": ("地址", "Address"),
    "fax": ("传真", "Fax"),
}
TONES = {
    "active": "success",
    "pending": "warning",
    "pre_active": "info",
    "suspended": "warning",
    "closed": "quiet",
    "terminated": "quiet",
    "created": "info",
    "pendingActive": "info",
    "pendingTerminate": "warning",
}


def worded(words: dict[str, tuple[str, str]], code: str) -> str:
    """Return what a code means in the reader's language; one that nobody named stays itself."""
    return said(*words[code]) if code in words else code


def named_state(states: type[TextChoices], code: str) -> str:
    """Return a state's name in the reader's language."""
    return gettext(str(states(code).label)) if code in states.values else code
