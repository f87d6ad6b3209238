"""What provisioning does on a message, and how it answers questions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.hearing import answers, handles
from integration.messages import (
    DONE,
    ElementRowsQuery,
    LineRowsQuery,
    Outcome,
    ProvisioningOrderRequest,
    Released,
    ReservationAnswer,
    ResourceReleaseRequest,
    ResourceReserveRequest,
    Rows,
    ServiceSyncRequest,
    ServiceSyncResponse,
    Stamp,
)
from integration.messages.choosing import (
    FreeCards,
    FreeCardsQuery,
    FreeNumbers,
    FreeNumbersQuery,
)
from integration.messages.pictures import LinePictureQuery, LinePictures
from provisioning import choosing, selectors, services
from provisioning.line_picture import picture_lines
from provisioning.reconciliation import list_element_states


@handles(ProvisioningOrderRequest, by=System.PROVISIONING)
def provisioning_order_request(message: ProvisioningOrderRequest, context: FlowContext) -> None:
    """开通类订单请求: decompose it into work orders; the answer follows the network's."""
    answer = services.provision(message=message, context=context)
    if answer is not None:
        context.reply(answer)


@handles(ServiceSyncRequest, by=System.PROVISIONING)
def service_sync_request(message: ServiceSyncRequest, context: FlowContext) -> None:
    """服务功能同步请求: learn the commands of a release's services."""
    outcome = DONE
    try:
        services.receive_catalogue_services(
            release_no=message.release_no, services=message.services, at=context.at
        )
    except DomainError as refusal:
        outcome = Outcome.refused(refusal.code, refusal.zh, refusal.en)
    context.reply(ServiceSyncResponse(release_no=message.release_no, outcome=outcome))


@answers(ResourceReserveRequest, by=System.PROVISIONING)
def reserve(question: ResourceReserveRequest, asker: Stamp, at: datetime) -> ReservationAnswer:
    """资源预占: keep number and card under the asker's reference."""
    kept = services.reserve_resources(
        msisdn=question.msisdn, iccid=question.iccid, reference=question.reference, at=at
    )
    return ReservationAnswer(msisdn=kept.msisdn, iccid=kept.iccid, reference=kept.reference)


@answers(ResourceReleaseRequest, by=System.PROVISIONING)
def release(question: ResourceReleaseRequest, asker: Stamp, at: datetime) -> Released:
    """资源释放: let go what was kept under a reference."""
    return Released(count=services.release_resources(reference=question.reference, at=at))


@answers(FreeNumbersQuery, by=System.PROVISIONING)
def free_numbers(question: FreeNumbersQuery, asker: Stamp, at: datetime) -> FreeNumbers:
    """空闲号码查询: numbers to choose from; nothing is kept by looking."""
    return choosing.free_numbers(question)


@answers(FreeCardsQuery, by=System.PROVISIONING)
def free_cards(question: FreeCardsQuery, asker: Stamp, at: datetime) -> FreeCards:
    """空闲SIM卡查询: the next free cards, or how one stands."""
    return choosing.free_cards(question)


@answers(LineRowsQuery, by=System.PROVISIONING)
def line_rows(question: LineRowsQuery, asker: Stamp, at: datetime) -> Rows:
    """开通数据核对: the lines as the network has confirmed them."""
    lines = selectors.network_state(after=question.after, limit=question.limit)
    return Rows(rows=[asdict(line) for line in lines])


@answers(ElementRowsQuery, by=System.PROVISIONING)
def element_rows(question: ElementRowsQuery, asker: Stamp, at: datetime) -> Rows:
    """网元数据核对: what an element itself has."""
    states = list_element_states(question.element, question.offset, question.limit)
    return Rows(rows=[asdict(state) for state in states])


@answers(LinePictureQuery, by=System.PROVISIONING)
def line_picture(question: LinePictureQuery, asker: Stamp, at: datetime) -> LinePictures:
    """线路概况查询: how the network serves some subscribers, for the customer's page in CRM."""
    return LinePictures(lines=picture_lines(question.lines))
