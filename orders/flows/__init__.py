"""The flows that CRM conducts, one file each, named as in their traces."""

from orders.flows.open_account import OpenAccount
from orders.flows.open_customer import OpenCustomer
from orders.flows.open_subscriber import OpenSubscriber
from orders.flows.order_product import OrderProduct
from orders.flows.restate import Restate
from orders.flows.terminate_subscriber import TerminateSubscriber

__all__ = [
    "OpenAccount",
    "OpenCustomer",
    "OpenSubscriber",
    "OrderProduct",
    "Restate",
    "TerminateSubscriber",
]
