"""The states of an order, TM Forum's own words (TMF622), and the arrows between them."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class FlowState(models.TextChoices):
    """Where an order or one of its sub-orders stands."""

    ACKNOWLEDGED = "acknowledged", "已受理"
    REJECTED = "rejected", "已拒绝"
    PENDING = "pending", "排队中"
    HELD = "held", "异常挂起"
    IN_PROGRESS = "inProgress", "处理中"
    ASSESSING_CANCELLATION = "assessingCancellation", "撤单评估"
    PENDING_CANCELLATION = "pendingCancellation", "撤单中"
    COMPLETED = "completed", "已竣工"
    PARTIAL = "partial", "部分竣工"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已撤单"


_S = FlowState
FLOW_ARROWS = Arrows(
    {
        _S.ACKNOWLEDGED: (_S.REJECTED, _S.PENDING, _S.IN_PROGRESS, _S.CANCELLED),
        _S.PENDING: (_S.IN_PROGRESS, _S.CANCELLED),
        _S.IN_PROGRESS: (_S.HELD, _S.COMPLETED, _S.PARTIAL, _S.FAILED, _S.ASSESSING_CANCELLATION),
        _S.HELD: (
            *(_S.IN_PROGRESS, _S.PARTIAL, _S.FAILED),
            *(_S.ASSESSING_CANCELLATION, _S.PENDING_CANCELLATION),
        ),
        _S.ASSESSING_CANCELLATION: (_S.PENDING_CANCELLATION, _S.IN_PROGRESS, _S.HELD),
        _S.PENDING_CANCELLATION: (_S.CANCELLED, _S.FAILED, _S.HELD),
    }
)
CLOSED_STATES = (_S.REJECTED, _S.COMPLETED, _S.PARTIAL, _S.FAILED, _S.CANCELLED)
OPEN_STATES = tuple(state for state in FlowState if state not in CLOSED_STATES)
