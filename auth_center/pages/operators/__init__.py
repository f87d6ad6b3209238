"""操作员: who works here, what they may do, and everything one does about one of them."""

from __future__ import annotations

from auth_center import permissions
from auth_center.pages.operators import deeds, listing, one
from auth_center.pages.places import GROUP
from core.console import Page

PAGES = (
    Page(
        path="access/operators/",
        name="operators",
        view=listing.show_operators,
        permission=permissions.VIEW_OPERATOR,
        titles=("操作员", "Operators"),
        icon="badge",
        group=GROUP,
    ),
    Page(
        path="access/operators-export/",
        name="operators_export",
        view=listing.export_operators,
        permission=permissions.VIEW_OPERATOR,
        titles=("导出操作员", "Export operators"),
    ),
    Page(
        path="access/operators-new/",
        name="operator_new",
        view=one.add_operator,
        permission=permissions.MANAGE_OPERATORS,
        titles=("新操作员", "New operator"),
    ),
    Page(
        path="access/operators/<str:staff_no>/",
        name="operator",
        view=one.show_operator,
        permission=permissions.VIEW_OPERATOR,
        titles=("操作员", "Operator"),
    ),
    Page(
        path="access/operators/<str:staff_no>/<slug:deed>/",
        name="operator_deed",
        view=deeds.do_deed,
        permission=permissions.MANAGE_OPERATORS,
        titles=("办理", "Deed"),
    ),
)
