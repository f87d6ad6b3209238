"""The flow engine: one graph of sub-orders, advanced by replies, on each system's own tables."""

from integration.flow.definition import (
    Flow,
    NothingToCorrect,
    Plan,
    UnknownFlow,
    flow_named,
    flows,
    register,
)
from integration.flow.engine import (
    Engine,
    MendedMeanwhile,
    NothingHeld,
    OrderClosed,
    PastPointOfNoReturn,
    standing_of,
)
from integration.flow.numbering import sub_order_no
from integration.flow.records import FlowHistory, FlowRecord, SubOrderRecord
from integration.flow.states import CLOSED_STATES, FLOW_ARROWS, OPEN_STATES, FlowState

__all__ = [
    "CLOSED_STATES",
    "FLOW_ARROWS",
    "OPEN_STATES",
    "Engine",
    "Flow",
    "FlowHistory",
    "FlowRecord",
    "FlowState",
    "MendedMeanwhile",
    "NothingHeld",
    "NothingToCorrect",
    "OrderClosed",
    "PastPointOfNoReturn",
    "Plan",
    "SubOrderRecord",
    "UnknownFlow",
    "flow_named",
    "flows",
    "register",
    "standing_of",
    "sub_order_no",
]
