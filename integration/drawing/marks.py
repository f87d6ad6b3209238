"""The sign of each state, so that nobody has to tell red from green: strokes around (0, 0)."""

from __future__ import annotations

CROSS = "M-3.5,-3.5 L3.5,3.5 M3.5,-3.5 L-3.5,3.5"
CHECK = "M-4,0.5 L-1.2,3.3 L4,-3"
DOTS = "M-4,0 h0.01 M0,0 h0.01 M4,0 h0.01"
BARS = "M-2,-3.5 V3.5 M2,-3.5 V3.5"
CLOCK = "M0,-4.5 V0 L3.2,1.8"
AGAIN = "M3.4,-2.6 A4.3,4.3 0 1 0 4.2,1.2 M3.6,-5.6 V-2.4 H0.4"
ALARM = "M0,-4.5 V1 M0,4.2 h0.01"
BACK = "M-4,-1.5 H1.5 A2.7,2.7 0 0 1 1.5,4 H-1 M-1.6,-4 L-4.2,-1.5 L-1.6,1"
RING = "M-2.6,0 A2.6,2.6 0 1 0 2.6,0 A2.6,2.6 0 1 0 -2.6,0"
ASKED = "M-2.4,-2.4 A2.5,2.5 0 1 1 0.6,0.2 Q0,0.6 0,1.6 M0,4.6 h0.01"

MARKS = {
    # how an arrow fared
    "sent": DOTS,
    "refused": CROSS,
    "retried": AGAIN,
    "timed_out": CLOCK,
    "dead": CROSS,
    "parked": BARS,
    "unknown": ASKED,
    # where a sub-order stands
    "acknowledged": RING,
    "pending": BARS,
    "inProgress": DOTS,
    "held": ALARM,
    "completed": CHECK,
    "partial": CHECK,
    "rejected": CROSS,
    "failed": CROSS,
    "cancelled": CROSS,
    "assessingCancellation": BACK,
    "pendingCancellation": BACK,
}
