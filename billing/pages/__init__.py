"""BOSS's pages: bills, the ledger, payments and usage; and releases, for product managers."""

from __future__ import annotations

from auth_center.consoles import boss_console
from auth_center.pages.approvals_words import show_subjects
from billing import permissions
from billing.pages import balances as balances  # registered in the order of the menu
from billing.pages import bills as bills
from billing.pages import commands_editor, held, releases, rules_editor
from billing.pages import ledger as ledger
from billing.pages import payments as payments
from billing.pages import usage as usage
from billing.pages.simulator import registering as registering
from core.console import Page

CATALOGUE = ("产品", "Catalogue")
RELEASE = "releases/<number:release_no>/"
TARIFF = RELEASE + "tariffs/<number:code>/<int:version>/"
SERVICE = RELEASE + "services/<number:code>/"

for page in (
    Page(
        path="releases/",
        name="release_list",
        view=releases.show_list,
        permission=permissions.VIEW_RELEASE,
        titles=("产品资费配置", "Tariff configuration"),
        icon="tune",
        group=CATALOGUE,
    ),
    Page(
        path=RELEASE,
        name="release_configure",
        view=releases.show_one,
        permission=permissions.VIEW_RELEASE,
        titles=("发布配置", "Release"),
    ),
    Page(
        path=RELEASE + "state/",
        name="release_state",
        view=releases.show_state,
        permission=permissions.VIEW_RELEASE,
        titles=("发布进度", "How it stands"),
    ),
    Page(
        path=RELEASE + "finish/",
        name="release_finish",
        view=releases.finish,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("完成配置", "Finish"),
    ),
    Page(
        path=TARIFF,
        name="release_rules",
        view=rules_editor.edit,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("配置资费", "Rules"),
    ),
    Page(
        path=TARIFF + "fields/",
        name="release_rules_fields",
        view=rules_editor.show_fields,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("资费规则", "Rules"),
    ),
    Page(
        path=TARIFF + "preview/",
        name="release_rules_preview",
        view=rules_editor.preview,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("预览", "Preview"),
    ),
    Page(
        path=SERVICE,
        name="release_commands",
        view=commands_editor.edit,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("配置服务", "Commands"),
    ),
    Page(
        path=SERVICE + "fields/",
        name="release_commands_fields",
        view=commands_editor.show_fields,
        permission=permissions.CONFIGURE_TARIFF,
        titles=("服务命令", "Commands"),
    ),
    Page(
        path="tariffs/",
        name="tariff_list",
        view=held.show_list,
        permission=permissions.VIEW_TARIFF,
        titles=("资费", "Tariffs"),
        icon="payments",
        group=CATALOGUE,
    ),
    Page(
        path="tariffs/<number:code>/",
        name="tariff_held",
        view=held.show_one,
        permission=permissions.VIEW_TARIFF,
        titles=("资费", "Tariff"),
    ),
):
    boss_console.add_page(page)

show_subjects("release", page="boss:release_configure", permission=permissions.VIEW_RELEASE)
