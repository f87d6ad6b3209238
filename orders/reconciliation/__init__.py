"""数据一致性稽核: CRM, BOSS and the network compared field by field, repaired toward the owner."""

from orders.reconciliation.comparing import Difference, Report, reconcile

__all__ = ["Difference", "Report", "reconcile"]
