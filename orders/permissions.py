"""What can be permitted about orders."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_ORDER = permission(
    "orders.view_customerorder", zh="查询订单", en="View orders", scope="orders.read"
)
OPEN_CUSTOMER = permission(
    "orders.open_customer", zh="客户开户", en="Open a customer", scope="customers.write"
)
OPEN_ACCOUNT = permission(
    "orders.open_account", zh="开账户", en="Open an account", scope="customers.write"
)
OPEN_SUBSCRIBER = permission(
    "orders.open_subscriber", zh="用户开户", en="Open a subscriber", scope="orders.write"
)
REPAIR = permission("orders.repair", zh="稽核修复", en="Repair differences between systems")
