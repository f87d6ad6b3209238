"""What the catalogue does when BOSS answers."""

from __future__ import annotations

from core.systems import System
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import ProductInfoResponse, TariffConfiguredNotice
from products import services


@handles(ProductInfoResponse, by=System.CRM)
def product_info_response(message: ProductInfoResponse, context: FlowContext) -> None:
    """BOSS has taken a release on, or refuses it."""
    services.take_answer(message, context)


@handles(TariffConfiguredNotice, by=System.CRM)
def tariff_configured_notice(message: TariffConfiguredNotice, context: FlowContext) -> None:
    """Both other halves of a release are there, or cannot be had."""
    services.take_configuration(message, context)
