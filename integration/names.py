"""The Chinese names of arrows: a message's own, and those of arrows that are no messages."""

from __future__ import annotations

from integration.messages import kinds

_OTHERS = {
    "DataAccess": "数据访问",
    "UnprovenDelivery": "身份不明的消息",
    "NewProductRequest": "新建产品请求",
    "NewProductResponse": "请求响应",
    "RequestClosed": "请求关闭",
    "OpenCustomerRequest": "开户请求",
    "OpenCustomerResponse": "开户响应",
    "OpenSubscriberRequest": "用户开户请求",
    "OpenSubscriberResponse": "用户开户响应",
    "OrderProductRequest": "订购请求",
    "OrderProductResponse": "订购响应",
    "ResourceReserveResponse": "资源预占响应",
    "ArrearsCheckResponse": "欠费校验响应",
    "RestateRequest": "稽核修复请求",
    "RestateResponse": "稽核修复响应",
    "OpenPage": "打开页面",
    "RedirectToSso": "重定向到SSO portal",
    "LoginPageRequest": "登录请求",
    "LoginPage": "登录界面",
    "Authenticate": "用户认证",
    "Authenticated": "认证通过",
    "VerifyResponse": "认证响应",
    "AuthorizeResponse": "鉴权结果",
    "ConnectResponse": "建立连接",
    "Page": "返回可操作的业务界面",
    "Operation": "业务操作",
    "OperationResult": "返回操作结果",
    "Decompose": "订单分解",
    "WorkOrderRequest": "工单执行请求",
    "WorkOrderResponse": "工单执行响应",
}


def chinese_name(name: str) -> str:
    """Return the Chinese name of an arrow (empty for one that nobody named)."""
    kind = kinds().get(name)
    return kind.zh if kind is not None else _OTHERS.get(name, "")
