"""What can be permitted about the catalogue."""

from __future__ import annotations

from auth_center.permissions import permission

VIEW_OFFERING = permission(
    "products.view_offering", zh="查询产品", en="View offerings", scope="catalogue.read"
)
IMPORT_CATALOGUE = permission(
    "products.import_catalogue", zh="导入产品目录", en="Import the catalogue"
)
