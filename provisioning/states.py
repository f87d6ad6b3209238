"""The words a number, a card, a line and a work order can be in, and the arrows between them."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class ResourceState(models.TextChoices):
    """Where a number or a SIM card stands."""

    FREE = "free", "空闲"
    RESERVED = "reserved", "预占"
    IN_USE = "in_use", "在用"
    COOLING = "cooling", "冷却"
    PORTED_OUT = "ported_out", "已携出"


class Bar(models.TextChoices):
    """What the network keeps a line from doing."""

    NONE = "none", "不限制"
    OUTGOING = "outgoing", "限呼出"
    BOTH = "both", "双向限制"


class LineState(models.TextChoices):
    """Whether the network serves a subscriber."""

    ACTIVE = "active", "在网"
    TERMINATED = "terminated", "已拆机"


class Action(models.TextChoices):
    """What a provisioning order does to a line."""

    ACTIVATE = "activate", "开通"
    MODIFY = "modify", "变更"
    DEACTIVATE = "deactivate", "拆除"


class OrderState(models.TextChoices):
    """How a provisioning order stands; each arrow out of ``open`` is told to its sender."""

    OPEN = "open", "处理中"
    DONE = "done", "完成"
    REFUSED = "refused", "拒绝"


class WorkState(models.TextChoices):
    """How a work order stands with its network element."""

    READY = "ready", "待执行"
    RUNNING = "running", "执行中"
    WAITING = "waiting", "人工处理中"
    DONE = "done", "完成"
    REFUSED = "refused", "网元拒绝"
    FAILED = "failed", "网元不可达"
    CANCELLED = "cancelled", "已取消"


_W = WorkState
WORK_ARROWS = Arrows(
    {
        _W.READY: (_W.RUNNING, _W.CANCELLED),
        _W.RUNNING: (_W.DONE, _W.WAITING, _W.REFUSED, _W.READY, _W.FAILED),
        _W.WAITING: (_W.DONE, _W.REFUSED),
    }
)


class ElementKind(models.TextChoices):
    """How a network element is spoken to; work goes to the kinds in this order."""

    HLR = "hlr", "HLR/HSS 用户数据"
    DSMP = "dsmp", "业务平台 DSMP"
    EOMS = "eoms", "人工施工 EOMS"
