"""The front door for writes of provisioning."""

from provisioning.services.catalogue import receive_catalogue_services
from provisioning.services.execution import (
    carry_out,
    complete_manual_work,
    resume_work_orders,
)
from provisioning.services.inventory import (
    end_cooling,
    expire_reservations,
    free_what_is_due,
    release_resources,
    reserve_resources,
)
from provisioning.services.loading import load_numbers, load_sims
from provisioning.services.orders import provision

__all__ = [
    "carry_out",
    "complete_manual_work",
    "end_cooling",
    "expire_reservations",
    "free_what_is_due",
    "load_numbers",
    "load_sims",
    "provision",
    "receive_catalogue_services",
    "release_resources",
    "reserve_resources",
    "resume_work_orders",
]
