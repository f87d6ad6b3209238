"""What can be permitted in provisioning."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_RESOURCE = permission(
    "provisioning.view_resource",
    zh="查询号码和卡资源",
    en="View numbers and SIM cards",
    scope="resources.read",
)
VIEW_PHONE_NUMBER = permission("provisioning.view_phonenumber", zh="查询号码", en="View numbers")
VIEW_SIM_CARD = permission("provisioning.view_simcard", zh="查询 SIM 卡", en="View SIM cards")
VIEW_LINE = permission("provisioning.view_line", zh="查询线路", en="View lines")
VIEW_PROVISIONING_ORDER = permission(
    "provisioning.view_provisioningorder", zh="查询开通单", en="View provisioning orders"
)
VIEW_WORK_ORDER = permission("provisioning.view_workorder", zh="查询工单", en="View work orders")
VIEW_NETWORK_ELEMENT = permission(
    "provisioning.view_networkelement", zh="查询网元", en="View network elements"
)
VIEW_NETWORK_SERVICE = permission(
    "provisioning.view_networkservice", zh="查询服务功能", en="View network services"
)
VIEW_SERVICE_COMMAND = permission(
    "provisioning.view_servicecommand", zh="查询服务指令", en="View service commands"
)
LOAD_RESOURCES = permission(
    "provisioning.load_resources", zh="批量入库号码和卡", en="Load numbers and SIM cards"
)
COMPLETE_MANUAL_WORK = permission(
    "provisioning.complete_manual_work", zh="人工工单回单", en="Complete manual work"
)
RETRY_WORK_ORDER = permission(
    "provisioning.retry_work_order", zh="立即重试工单", en="Retry work orders at once"
)
RELEASE_RESERVATION = permission(
    "provisioning.release_reservation", zh="释放号码预占", en="Release reservations of numbers"
)
CONTROL_SIMULATOR = permission(
    "provisioning.control_simulator", zh="控制网元模拟器", en="Control the simulated network"
)
