"""Writing BOSS's half; every function here works inside the transaction that hears a message."""

from billing.services.changing import change_subscriber
from billing.services.opening import open_subscriber
from billing.services.parties import hold_customer
from billing.services.releases import confirm_release, receive_release
from billing.services.restating import restate_subscriber
from billing.services.terminating import terminate_subscriber

__all__ = [
    "change_subscriber",
    "confirm_release",
    "hold_customer",
    "open_subscriber",
    "receive_release",
    "restate_subscriber",
    "terminate_subscriber",
]
