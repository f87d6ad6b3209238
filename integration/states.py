"""The words for how a message fares, and for an arrow of a trace."""

from __future__ import annotations

from django.db import models


class InboxStatus(models.TextChoices):
    """How a heard message stands with its receiver."""

    DONE = "done", "已处理"
    EARLY = "early", "等待前一条"
    PARKED = "parked", "等待三户数据"
    RETRYING = "retrying", "等待重试"
    DEAD = "dead", "死信"
    SKIPPED = "skipped", "人工跳过"


class LetterDeed(models.TextChoices):
    """What a person can do with a message that waits for one."""

    RESENT = "resent", "重新处理"
    SKIPPED = "skipped", "跳过"


class StepStatus(models.TextChoices):
    """How an arrow of a trace ended."""

    SENT = "sent", "已发送"
    DONE = "done", "完成"
    REFUSED = "refused", "拒绝"
    RETRIED = "retried", "已重试"
    TIMED_OUT = "timed_out", "超时"
    DEAD = "dead", "死信"
    PARKED = "parked", "挂起"
    UNKNOWN = "unknown", "未知"
