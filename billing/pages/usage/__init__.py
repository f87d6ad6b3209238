"""The pages of usage: what came in, in which batches, and what waits in quarantine."""

from __future__ import annotations

from auth_center.consoles import boss_console
from billing import permissions
from billing.pages.usage import batches, browser, quarantine
from core.console import Page

USAGE = ("话单", "Usage")

for page in (
    Page(
        path="usage/",
        name="usage_list",
        view=browser.show_list,
        permission=permissions.VIEW_USAGE,
        titles=("话单查询", "Usage"),
        icon="call_log",
        group=USAGE,
    ),
    Page(
        path="usage.csv",
        name="usage_export",
        view=browser.export,
        permission=permissions.VIEW_USAGE,
        titles=("导出话单", "Export usage"),
    ),
    Page(
        path="usage/<int:id>/",
        name="usage_record",
        view=browser.show_one,
        permission=permissions.VIEW_USAGE,
        titles=("话单", "Usage record"),
    ),
    Page(
        path="usage/batches/",
        name="usage_batches",
        view=batches.show_list,
        permission=permissions.VIEW_USAGE,
        titles=("话单批次", "Usage batches"),
        icon="upload_file",
        group=USAGE,
    ),
    Page(
        path="usage/batches/rows/",
        name="usage_batch_rows",
        view=batches.show_rows,
        permission=permissions.VIEW_USAGE,
        titles=("话单批次", "Usage batches"),
    ),
    Page(
        path="usage/batches/load/",
        name="usage_load",
        view=batches.load,
        permission=permissions.LOAD_USAGE,
        titles=("导入话单", "Load usage"),
    ),
    Page(
        path="usage/batches/<int:id>/",
        name="usage_batch_act",
        view=batches.act,
        permission=permissions.MEND_USAGE,
        titles=("处理话单批次", "Mend a usage batch"),
    ),
    Page(
        path="usage/quarantine/",
        name="usage_quarantine",
        view=quarantine.show_list,
        permission=permissions.VIEW_USAGE,
        titles=("异常话单", "Quarantined usage"),
        icon="report",
        group=USAGE,
    ),
    Page(
        path="usage/quarantine/mend/",
        name="usage_mend",
        view=quarantine.mend,
        permission=permissions.MEND_USAGE,
        titles=("处理异常话单", "Mend quarantined usage"),
    ),
    Page(
        path="usage/quarantine/<int:id>/",
        name="usage_quarantined",
        view=quarantine.show_one,
        permission=permissions.VIEW_USAGE,
        titles=("异常话单", "Quarantined usage"),
    ),
):
    boss_console.add_page(page)
