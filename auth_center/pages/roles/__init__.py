"""角色: their list, one role, and the matrix of what each permits."""

from __future__ import annotations

from auth_center import permissions
from auth_center.pages.places import GROUP
from auth_center.pages.roles import listing, matrix, one
from core.console import Page

PAGES = (
    Page(
        path="access/roles/",
        name="roles",
        view=listing.show_roles,
        permission=permissions.VIEW_ROLE,
        titles=("角色", "Roles"),
        icon="shield_person",
        group=GROUP,
    ),
    Page(
        path="access/roles-matrix/",
        name="roles_matrix",
        view=matrix.show_matrix,
        permission=permissions.VIEW_ROLE,
        titles=("角色权限矩阵", "Matrix of roles"),
        icon="grid_on",
        group=GROUP,
    ),
    Page(
        path="access/roles-new/",
        name="role_new",
        view=one.add_role,
        permission=permissions.MANAGE_ROLES,
        titles=("新角色", "New role"),
    ),
    Page(
        path="access/roles/<str:code>/",
        name="role",
        view=one.show_role,
        permission=permissions.VIEW_ROLE,
        titles=("角色", "Role"),
    ),
    Page(
        path="access/roles/<str:code>/remove/",
        name="role_remove",
        view=one.remove,
        permission=permissions.MANAGE_ROLES,
        titles=("删除角色", "Remove a role"),
    ),
)
