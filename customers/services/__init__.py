"""Writing CRM's half of the three parties.

Every function here writes inside its caller's transaction: an order's acceptance or its close.
Only ``read_identity_document`` is an operation by itself.
"""

from customers.services.documents import read_identity_document
from customers.services.parties import (
    check_new_customer,
    close_customer,
    confirm_customer,
    create_account,
    create_customer,
)
from customers.services.subscribers import (
    activate_subscriber,
    correct_line,
    create_subscriber,
    next_line_state,
    terminate_subscriber,
)
from customers.services.subscriptions import (
    conclude_subscriptions,
    date_subscriptions,
    join_bundle,
    promise_subscriptions,
    take_back_subscriptions,
)

__all__ = [
    "activate_subscriber",
    "check_new_customer",
    "close_customer",
    "conclude_subscriptions",
    "confirm_customer",
    "correct_line",
    "create_account",
    "create_customer",
    "create_subscriber",
    "date_subscriptions",
    "join_bundle",
    "next_line_state",
    "promise_subscriptions",
    "read_identity_document",
    "take_back_subscriptions",
    "terminate_subscriber",
]
