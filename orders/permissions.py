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
ORDER_PRODUCT = permission(
    "orders.order_product",
    zh="产品订购、变更、退订",
    en="Order, change and cancel products",
    scope="orders.write",
)
TERMINATE_SUBSCRIBER = permission(
    "orders.terminate_subscriber", zh="销户", en="Terminate a subscriber", scope="orders.write"
)
CANCEL_ORDER = permission(
    "orders.cancel_order", zh="撤单", en="Cancel an order", scope="orders.write"
)
VIEW_FALLOUT = permission("orders.view_fallout", zh="查询异常单", en="View the fallout queue")
MEND_ORDER = permission("orders.mend", zh="处理异常单", en="Mend held orders: correct, retry, skip")
REPAIR = permission("orders.repair", zh="稽核修复", en="Repair differences between systems")
