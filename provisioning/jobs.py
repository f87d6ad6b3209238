"""A provisioning order in the hands of whoever carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.messages import WorkOrderValue
from provisioning.models import ProvisioningOrder, WorkOrder
from provisioning.states import WorkState


@dataclass(slots=True)
class Job:
    """An order, its work orders in turn, and the one that is at the network now."""

    order: ProvisioningOrder
    works: list[WorkOrder]
    current: WorkOrder

    def following(self) -> WorkOrder | None:
        """Return the next work order that was not sent yet."""
        return next((work for work in self.works if work.state == WorkState.READY), None)


def work_values(works: Sequence[WorkOrder]) -> list[WorkOrderValue]:
    """Return how each work order stands, for the answer to the order's sender."""
    return [
        WorkOrderValue(work_order_no=work.work_order_no, element=work.element_id, state=work.state)
        for work in works
    ]
