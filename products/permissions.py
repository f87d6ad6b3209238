"""What can be permitted about the catalogue."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_OFFERING = permission(
    "products.view_offering", zh="查询产品", en="View offerings", scope="catalogue.read"
)
VIEW_RELEASE = permission(
    "products.view_release",
    zh="查询产品发布、映射与目录文件",
    en="View releases, the mapping and catalogue files",
    scope="catalogue.read",
)
IMPORT_CATALOGUE = permission(
    "products.import_catalogue", zh="导入产品目录", en="Import the catalogue"
)
EDIT_DRAFT = permission(
    "products.edit_draft", zh="起草产品", en="Draft products", scope="catalogue.write"
)
RELEASE_REQUEST = permission(
    "products.release_request",
    zh="提交、测试与撤回产品发布",
    en="Request, test and withdraw releases",
    scope="catalogue.write",
)
RELEASE_APPROVE = permission(
    "products.release_approve",
    zh="审批产品发布",
    en="Approve releases",
    scope="catalogue.write",
)
