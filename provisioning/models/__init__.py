"""Provisioning's tables: what can be given out, what the network is, and what it was asked."""

from provisioning.models.deeds import Deed, DeskDeed
from provisioning.models.inventory import NumberLevel, PhoneNumber, ResourceRow, SimCard
from provisioning.models.network import Line, NetworkElement, NetworkService, ServiceCommand
from provisioning.models.work import ProvisioningOrder, WorkOrder

__all__ = [
    "Deed",
    "DeskDeed",
    "Line",
    "NetworkElement",
    "NetworkService",
    "NumberLevel",
    "PhoneNumber",
    "ProvisioningOrder",
    "ResourceRow",
    "ServiceCommand",
    "SimCard",
    "WorkOrder",
]
