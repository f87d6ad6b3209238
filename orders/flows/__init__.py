"""The flows that CRM conducts, one file each, named as in their traces."""

from orders.flows.open_customer import OpenCustomer
from orders.flows.open_subscriber import OpenSubscriber

__all__ = ["OpenCustomer", "OpenSubscriber"]
