"""Writing BOSS's half, on messages and, where people configure a release, by its console."""

from billing.services.changing import change_subscriber
from billing.services.configuring import (
    discounts_in,
    find_approval,
    finish_configuration,
    missing_in,
    save_commands,
    save_rules,
)
from billing.services.opening import open_subscriber
from billing.services.parties import hold_customer
from billing.services.releases import close_release, confirm_release, receive_release
from billing.services.restating import restate_subscriber
from billing.services.terminating import terminate_subscriber

__all__ = [
    "change_subscriber",
    "close_release",
    "confirm_release",
    "discounts_in",
    "find_approval",
    "finish_configuration",
    "hold_customer",
    "missing_in",
    "open_subscriber",
    "receive_release",
    "restate_subscriber",
    "save_commands",
    "save_rules",
    "terminate_subscriber",
]
