"""The demo operator's staff: its units, one of each trade, and what each role may do and see."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from auth_center.values import Reach
from core.systems import System


class DemoUnit(NamedTuple):
    """An organisation unit, below ``parent``."""

    code: str
    names: tuple[str, str]
    parent: str = ""


class DemoRole(NamedTuple):
    """A role, the systems that know it, what it may do there, how far it sees, and its limits."""

    code: str
    names: tuple[str, str]
    systems: tuple[System, ...]
    apps: tuple[str, ...]
    reach: Reach = Reach.ALL
    limits: Mapping[str, str] = MappingProxyType({})


class DemoOperator(NamedTuple):
    """A member of staff."""

    staff_no: str
    name: str
    role: str
    org_unit: str
    region: str
    position: str


EVERYWHERE = tuple(System)
TARIFFS = (
    *("billing.view_billingtariff", "billing.view_billingoffering", "billing.view_release"),
    "billing.view_revenue",
)
UNITS = (
    DemoUnit("HQ", ("总部", "Head office")),
    DemoUnit("HQ-GZ", ("广州分公司", "Guangzhou branch"), "HQ"),
    DemoUnit("HQ-GZ-TIANHE", ("天河营业厅", "Tianhe counter"), "HQ-GZ"),
    DemoUnit("HQ-SZ", ("深圳分公司", "Shenzhen branch"), "HQ"),
    DemoUnit("HQ-SZ-NANSHAN", ("南山营业厅", "Nanshan counter"), "HQ-SZ"),
)
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
        "unit_clerk",
        ("本厅营业员", "Clerk of one counter"),
        (System.CRM,),
        (
            *("customers.view", "orders.view_customerorder", "orders.open", "orders.order_product"),
            *("integration.view_flow", "products.view_offering"),
        ),
        Reach.UNIT,
    ),
    DemoRole(
        "fallout_desk",
        ("异常单处理员", "Fallout desk"),
        EVERYWHERE,
        (
            *("customers.view_customer", "customers.view_account", "customers.view_sub"),
            *("customers.view_full_phone", "orders.view", "orders.mend", "orders.cancel_order"),
            *("integration", "products.view_offering"),
        ),
    ),
    DemoRole(
        "product_manager",
        ("产品经理", "Product manager"),
        (System.CRM, System.BOSS),
        ("products", *TARIFFS, "integration.view_flow"),
    ),
    DemoRole(
        "tariff_manager",
        ("BOSS产品经理", "BOSS product manager"),
        (System.BOSS,),
        (
            *(*TARIFFS, "billing.configure_tariff", "billing.simulate_bill"),
            *("integration.view_flow", "auth_center.view_approval"),
        ),
        limits={"billing.configure_tariff": "20"},
    ),
    DemoRole(
        "auditor",
        ("审计员", "Auditor"),
        EVERYWHERE,
        ("auth_center.view", "auth_center.export_audit", "integration.view_flow"),
    ),
    DemoRole(
        "finance",
        ("财务", "Finance"),
        (System.BOSS,),
        ("billing", "integration", "auth_center.view_approval"),
    ),
    DemoRole(
        "cashier",
        ("收款员", "Cashier"),
        (System.BOSS,),
        (
            *("billing.view_bill", "billing.view_payment", "billing.view_balance"),
            *("billing.view_usage", "billing.take_payment", "billing.reverse_payment"),
            *("billing.refund", "billing.adjust", "billing.issue_invoice"),
            *("billing.close_cashier_day", "auth_center.view_approval"),
        ),
        limits={
            "billing.reverse_payment": "200",
            "billing.refund": "100",
            "billing.adjust": "20",
        },
    ),
    DemoRole(
        "engineer",
        ("网络工程师", "Network engineer"),
        (System.PROVISIONING,),
        ("provisioning", "integration", "customers.view_full_phone"),
    ),
)
OPERATORS = (
    DemoOperator("1001", "韩立", "admin", "HQ", "CN", "系统管理员"),
    DemoOperator("2001", "李梅", "clerk", "HQ-GZ-TIANHE", "GZ", "营业员"),
    DemoOperator("2002", "周静", "fallout_desk", "HQ-GZ-TIANHE", "GZ", "异常单处理员"),
    DemoOperator("2101", "吴昊", "unit_clerk", "HQ-SZ-NANSHAN", "SZ", "营业员"),
    DemoOperator("3001", "王强", "product_manager", "HQ", "CN", "产品经理"),
    DemoOperator("3002", "刘洋", "product_manager", "HQ", "CN", "产品经理"),
    DemoOperator("3003", "孙丽", "tariff_manager", "HQ", "CN", "资费经理"),
    DemoOperator("4001", "赵敏", "finance", "HQ", "CN", "财务"),
    DemoOperator("4002", "何静", "auditor", "HQ", "CN", "审计员"),
    DemoOperator("4003", "林悦", "cashier", "HQ-GZ-TIANHE", "GZ", "收款员"),
    DemoOperator("5001", "陈涛", "engineer", "HQ", "CN", "网络工程师"),
)


def granted(role: DemoRole, names: list[str]) -> list[str]:
    """Return the permissions of ``role``: everything, or what begins with one of its apps."""
    if role.apps == ("*",):
        return ["*"]
    return [name for name in names if name.startswith(role.apps)]
