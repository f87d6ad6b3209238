"""The words an approval can be in, and the arrows between them."""

from __future__ import annotations

from django.db import models

from core.states import Arrows


class ApprovalState(models.TextChoices):
    """How far a request for a second person's word has come."""

    PENDING = "pending", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "已驳回"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已过期"


_S = ApprovalState
APPROVAL_ARROWS = Arrows({_S.PENDING: (_S.APPROVED, _S.REFUSED, _S.WITHDRAWN, _S.EXPIRED)})
