"""What can be permitted about billing; none of it is for channels."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_CUSTOMER = permission(
    "billing.view_billingcustomer", zh="查询计费客户", en="View billing customers"
)
VIEW_ACCOUNT = permission(
    "billing.view_billingaccount", zh="查询计费账户", en="View billing accounts"
)
VIEW_SUBSCRIBER = permission(
    "billing.view_billingsubscriber", zh="查询计费用户", en="View billing subscribers"
)
VIEW_SUBSCRIPTION = permission(
    "billing.view_billingsubscription", zh="查询计费订购关系", en="View billing subscriptions"
)
VIEW_PAYMENT_RELATION = permission(
    "billing.view_paymentrelation", zh="查询付费关系", en="View payment relations"
)
VIEW_OFFERING = permission(
    "billing.view_billingoffering", zh="查询计费产品", en="View billing offerings"
)
VIEW_TARIFF = permission("billing.view_billingtariff", zh="查询资费", en="View tariffs")
VIEW_RELEASE = permission("billing.view_release", zh="查询产品发布", en="View releases")
CONFIGURE_TARIFF = permission(
    "billing.configure_tariff",
    zh="配置资费与服务功能",
    en="Configure tariffs and service functions",
    limit=("折扣 %", "discount, %"),
)
