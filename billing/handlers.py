"""What BOSS does on a message: one message, one service call, one reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from billing import services
from billing.picturing import picture_customer
from billing.selectors import find_debt, list_catalogue_rows, list_party_rows, picture_release
from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.hearing import answers, handles
from integration.messages import (
    DONE,
    ArrearsAnswer,
    ArrearsCheckRequest,
    CatalogueRowsQuery,
    CustomerAccountRequest,
    CustomerAccountResponse,
    Outcome,
    PartyRowsQuery,
    ProductInfoRequest,
    ProductInfoResponse,
    ReleasePicture,
    ReleasePictureQuery,
    Rows,
    ServiceSyncResponse,
    Stamp,
    SubscriptionOrderRequest,
    SubscriptionOrderResponse,
    TariffConfiguredResponse,
)
from integration.messages.pictures import BillingPicture, BillingPictureQuery

_ORDERS = {
    "open": services.open_subscriber,
    "change": services.change_subscriber,
    "terminate": services.terminate_subscriber,
    "restate": services.restate_subscriber,
}


@handles(CustomerAccountRequest, by=System.BOSS)
def hear_customer_account(request: CustomerAccountRequest, context: FlowContext) -> None:
    """Hold the customer and its accounts."""
    outcome = _try(services.hold_customer, request, context)
    context.reply(
        CustomerAccountResponse(sub_order_no=request.sub_order_no, outcome=outcome or DONE)
    )


@handles(SubscriptionOrderRequest, by=System.BOSS)
def hear_subscription_order(order: SubscriptionOrderRequest, context: FlowContext) -> None:
    """Open, change, terminate or repair the subscriber."""
    outcome = _try(_ORDERS[order.action], order, context)
    context.reply(
        SubscriptionOrderResponse(sub_order_no=order.sub_order_no, outcome=outcome or DONE)
    )


@handles(ProductInfoRequest, by=System.BOSS)
def hear_product_info(request: ProductInfoRequest, context: FlowContext) -> None:
    """Take the release on, or say why not."""
    refused = _try(services.receive_release, request, context)
    if refused is not None:
        context.reply(ProductInfoResponse(release_no=request.release_no, outcome=refused))


@handles(ServiceSyncResponse, by=System.BOSS)
def hear_service_sync(response: ServiceSyncResponse, context: FlowContext) -> None:
    """Tell CRM that the release is configured, or that it cannot be."""
    services.confirm_release(response, context)


@handles(TariffConfiguredResponse, by=System.BOSS)
def hear_tariff_configured(response: TariffConfiguredResponse, context: FlowContext) -> None:
    """Put the release in effect, or forget it."""
    services.close_release(response, context)


@answers(ArrearsCheckRequest, by=System.BOSS)
def answer_arrears(question: ArrearsCheckRequest, asker: Stamp, at: datetime) -> ArrearsAnswer:
    """Say whether the customer or the account is in arrears, from the amounts kept."""
    debt = find_debt(customer_no=question.customer_no, account_no=question.account_no)
    if debt is None:
        return ArrearsAnswer(in_arrears=False)
    return ArrearsAnswer(in_arrears=True, amount=str(debt.amount), currency=debt.currency)


@answers(PartyRowsQuery, by=System.BOSS)
def answer_party_rows(question: PartyRowsQuery, asker: Stamp, at: datetime) -> Rows:
    """Tell a page of what BOSS holds, for comparison."""
    return Rows(rows=list_party_rows(question.kind, question.after, question.limit))


@answers(CatalogueRowsQuery, by=System.BOSS)
def answer_catalogue_rows(question: CatalogueRowsQuery, asker: Stamp, at: datetime) -> Rows:
    """Tell BOSS's half of the catalogue: a page of it, or what is named."""
    rows = list_catalogue_rows(
        question.kind, after=question.after, limit=question.limit, codes=question.codes
    )
    return Rows(rows=rows)


@answers(ReleasePictureQuery, by=System.BOSS)
def answer_release_picture(
    question: ReleasePictureQuery, asker: Stamp, at: datetime
) -> ReleasePicture:
    """Tell how far a release has come here."""
    return picture_release(question.release_no)


@answers(BillingPictureQuery, by=System.BOSS)
def answer_billing_picture(
    question: BillingPictureQuery, asker: Stamp, at: datetime
) -> BillingPicture:
    """Tell how a customer stands, for its page in CRM."""
    return picture_customer(question.customer_no, question.account_nos)


def _try(
    act: Callable[[Any, FlowContext], Outcome | None], message: Any, context: FlowContext
) -> Outcome | None:
    """Return what ``act`` returns, or its refusal as the outcome; it wrote nothing then."""
    try:
        return act(message, context)
    except DomainError as refusal:
        return Outcome.refused(refusal.code, refusal.zh, refusal.en)
