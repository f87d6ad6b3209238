"""The demo operator's staff: one of each trade, and what each role may do."""

from __future__ import annotations

from typing import NamedTuple

from core.systems import System


class DemoRole(NamedTuple):
    """A role, the systems that know it, and what it may do there."""

    code: str
    names: tuple[str, str]
    systems: tuple[System, ...]
    apps: tuple[str, ...]


class DemoOperator(NamedTuple):
    """A member of staff."""

    staff_no: str
    name: str
    role: str
    org_unit: str
    region: str


EVERYWHERE = tuple(System)
ROLES = (
    DemoRole("admin", ("系统管理员", "Administrator"), EVERYWHERE, ("*",)),
    DemoRole(
        "clerk",
        ("营业员", "Counter clerk"),
        (System.CRM,),
        (
            *("customers", "orders.view_customerorder", "orders.open", "orders.order_product"),
            *("orders.terminate_subscriber", "orders.cancel_order"),
            *("integration.view_flow", "products.view_offering"),
        ),
    ),
    DemoRole(
        "fallout_desk",
        ("异常单处理员", "Fallout desk"),
        EVERYWHERE,
        (
            *("customers.view", "orders.view", "orders.mend", "orders.cancel_order"),
            *("integration", "products.view_offering"),
        ),
    ),
    DemoRole(
        "product_manager",
        ("产品经理", "Product manager"),
        (System.CRM, System.BOSS),
        ("products", "billing.view", "integration.view_flow"),
    ),
    DemoRole(
        "tariff_manager",
        ("BOSS产品经理", "BOSS product manager"),
        (System.BOSS,),
        ("billing.view", "billing.configure_tariff", "integration.view_flow"),
    ),
    DemoRole("finance", ("财务", "Finance"), (System.BOSS,), ("billing", "integration")),
    DemoRole(
        "engineer",
        ("网络工程师", "Network engineer"),
        (System.PROVISIONING,),
        ("provisioning", "integration"),
    ),
)
OPERATORS = (
    DemoOperator("1001", "韩立", "admin", "HQ", "CN"),
    DemoOperator("2001", "李梅", "clerk", "HQ-GZ-TIANHE", "GZ"),
    DemoOperator("2002", "周静", "fallout_desk", "HQ-GZ-TIANHE", "GZ"),
    DemoOperator("3001", "王强", "product_manager", "HQ", "CN"),
    DemoOperator("3002", "刘洋", "product_manager", "HQ", "CN"),
    DemoOperator("3003", "孙丽", "tariff_manager", "HQ", "CN"),
    DemoOperator("4001", "赵敏", "finance", "HQ", "CN"),
    DemoOperator("5001", "陈涛", "engineer", "HQ", "CN"),
)


def granted(role: DemoRole, names: list[str]) -> list[str]:
    """Return the permissions of ``role``: everything, or what begins with one of its apps."""
    if role.apps == ("*",):
        return ["*"]
    return [name for name in names if name.startswith(role.apps)]
