"""What the catalogue does when BOSS answers a release."""

from __future__ import annotations

from core.systems import System
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import ProductInfoResponse
from products.models import CatalogueRelease
from products.states import ReleaseStatus


@handles(ProductInfoResponse, by=System.CRM)
def product_info_response(message: ProductInfoResponse, context: FlowContext) -> None:
    """BOSS and provisioning hold their halves of a release, or refuse it."""
    outcome = message.outcome
    CatalogueRelease.objects.filter(
        release_no=message.release_no, status=ReleaseStatus.REQUESTED
    ).update(
        status=ReleaseStatus.CONFIRMED if outcome.done else ReleaseStatus.REFUSED,
        answered_at=context.at,
        cause_zh=outcome.zh,
        cause_en=outcome.en,
    )
    context.wrote("产品信息同步处理")
    context.step("crm", "portal", "RequestClosed")
