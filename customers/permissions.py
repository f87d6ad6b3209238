"""What can be permitted about customers."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_CUSTOMER = permission(
    "customers.view_customer", zh="查询客户", en="View customers", scope="customers.read"
)
VIEW_ACCOUNT = permission(
    "customers.view_account", zh="查询账户", en="View accounts", scope="customers.read"
)
VIEW_SUBSCRIBER = permission(
    "customers.view_subscriber", zh="查询用户", en="View subscribers", scope="customers.read"
)
VIEW_IDENTITY_DOCUMENT = permission(
    "customers.view_identity_document",
    zh="查看完整证件号码",
    en="Read identity documents in full",
)
VIEW_SUBSCRIPTION = permission(
    "customers.view_subscription",
    zh="查询订购关系",
    en="View subscriptions",
    scope="customers.read",
)
