"""The network engineers' pages: numbers, work orders, manual work, the simulated network."""

from __future__ import annotations

from auth_center.consoles import oss_console
from core.console import Page
from provisioning import permissions
from provisioning.adapters import simulator
from provisioning.pages import manual_work, numbers, simulated, work_orders

NETWORK = ("网络", "Network")

for page in (
    Page(
        path="work-orders/",
        name="work_orders",
        view=work_orders.show,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("工单", "Work orders"),
        icon="engineering",
        group=NETWORK,
    ),
    Page(
        path="work-orders/rows/",
        name="work_order_rows",
        view=work_orders.show_rows,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("工单", "Work orders"),
    ),
    Page(
        path="work-orders/retry/",
        name="retry_work_orders",
        view=work_orders.retry,
        permission=permissions.RETRY_WORK_ORDER,
        titles=("立即重试", "Retry now"),
    ),
    Page(
        path="work-orders/<str:number>/",
        name="work_order",
        view=work_orders.show_one,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("工单", "Work order"),
    ),
    Page(
        path="manual-work/",
        name="manual_work",
        view=manual_work.show,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("人工施工", "Manual work"),
        icon="handyman",
        group=NETWORK,
    ),
    Page(
        path="manual-work/complete/",
        name="complete_manual_work",
        view=manual_work.complete,
        permission=permissions.COMPLETE_MANUAL_WORK,
        titles=("回单", "Complete"),
    ),
    Page(
        path="manual-work/waiting/",
        name="manual_work_waiting",
        view=manual_work.show_count,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("人工施工", "Manual work"),
    ),
    Page(
        path="numbers/",
        name="numbers",
        view=numbers.show,
        permission=permissions.VIEW_PHONE_NUMBER,
        titles=("号码", "Numbers"),
        icon="dialpad",
        group=NETWORK,
    ),
    Page(
        path="numbers/export/",
        name="export_numbers",
        view=numbers.export,
        permission=permissions.VIEW_PHONE_NUMBER,
        titles=("导出号码", "Export numbers"),
    ),
    Page(
        path="numbers/<str:msisdn>/",
        name="number",
        view=numbers.show_one,
        permission=permissions.VIEW_PHONE_NUMBER,
        titles=("号码", "Number"),
    ),
    Page(
        path="numbers/<str:msisdn>/release/",
        name="release_number",
        view=numbers.release,
        permission=permissions.RELEASE_RESERVATION,
        titles=("释放预占", "Release"),
    ),
    Page(
        path="simulator/",
        name="simulator",
        view=simulated.show,
        permission=permissions.CONTROL_SIMULATOR,
        titles=("网元模拟器", "Simulated network"),
        icon="science",
        group=NETWORK,
        offered=simulator.is_there,
    ),
    Page(
        path="simulator/standing/",
        name="simulator_standing",
        view=simulated.show_standing,
        permission=permissions.CONTROL_SIMULATOR,
        titles=("网元模拟器", "Simulated network"),
    ),
    Page(
        path="simulator/set/",
        name="set_simulator",
        view=simulated.set_fault,
        permission=permissions.CONTROL_SIMULATOR,
        titles=("设置", "Set"),
    ),
    Page(
        path="simulator/close-ticket/",
        name="close_ticket",
        view=simulated.close_ticket,
        permission=permissions.CONTROL_SIMULATOR,
        titles=("完工", "Close the ticket"),
    ),
    Page(
        path="simulator/warning/",
        name="simulator_warning",
        view=simulated.warn,
        permission=permissions.VIEW_WORK_ORDER,
        titles=("模拟器故障", "Simulated fault"),
    ),
):
    oss_console.add_page(page)
