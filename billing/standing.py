"""What must hold before a subscription order changes anything: parties, catalogue, numbers."""

from __future__ import annotations

from billing.values import Standing
from core.errors import Conflict, DomainError
from integration.hearing import MissingParty
from integration.messages import PaymentRelationValue, SubscriptionOrderRequest

DEFAULT_PAYER = "*"


class OfferingUnknown(DomainError):
    """No release has brought the offering to BOSS."""

    code = "offeringUnknown"
    zh = "BOSS 中没有产品 {codes}"
    en = "BOSS has no offering {codes}"


class TariffUnknown(DomainError):
    """No release has brought this version of the tariff to BOSS."""

    code = "tariffUnknown"
    zh = "BOSS 中没有资费 {codes}"
    en = "BOSS has no tariff {codes}"


class NumberInUse(Conflict):
    """Another subscriber uses the service number."""

    code = "numberInUse"
    zh = "号码 {number} 正由用户 {holder} 使用"
    en = "The number {number} is in use by subscriber {holder}"


class SubscriptionTaken(Conflict):
    """A subscription number stands for something else here."""

    code = "subscriptionTaken"
    zh = "订购编号 {number} 已用于其他订购关系"
    en = "The subscription number {number} stands for another subscription"


class DefaultPayerMissing(DomainError):
    """A subscriber has one default payer always."""

    code = "defaultPayerMissing"
    zh = "用户必须有且只有一个优先级为 0 的默认付费账户"
    en = "A subscriber must have exactly one default payer, of priority 0"


class PayersOverlap(DomainError):
    """Two accounts would pay the same charge group with the same priority."""

    code = "payersOverlap"
    zh = "费用组 {group} 的优先级 {priority} 有多个付费账户"
    en = "Several accounts would pay the charge group {group} with priority {priority}"


def check_parties(order: SubscriptionOrderRequest, standing: Standing) -> int:
    """Return the customer's id; raise ``MissingParty`` for the first party not yet here."""
    if standing.customer_id is None:
        raise MissingParty(f"customer:{order.subscriber.customer_no}")
    for relation in order.payment_relations:
        if relation.account_no not in standing.accounts:
            raise MissingParty(f"account:{relation.account_no}")
    return standing.customer_id


def check_catalogue(standing: Standing) -> None:
    """Raise ``OfferingUnknown`` or ``TariffUnknown`` for what no release has brought."""
    if standing.unknown_offerings:
        raise OfferingUnknown(codes=", ".join(sorted(set(standing.unknown_offerings))))
    if standing.unknown_tariffs:
        raise TariffUnknown(codes=", ".join(sorted(set(standing.unknown_tariffs))))


def check_number(order: SubscriptionOrderRequest, standing: Standing) -> None:
    """Raise ``NumberInUse`` when the service number is another subscriber's."""
    if standing.number_holder not in (None, order.subscriber.subscriber_no):
        raise NumberInUse(number=order.subscriber.service_number, holder=standing.number_holder)


def check_payers(relations: list[PaymentRelationValue]) -> None:
    """Raise ``PayersOverlap``, or ``DefaultPayerMissing`` for a default payer out of line."""
    seen = set()
    for relation in relations:
        place = (relation.charge_group, relation.priority)
        if place in seen:
            raise PayersOverlap(group=relation.charge_group, priority=relation.priority)
        seen.add(place)
        if relation.charge_group == DEFAULT_PAYER and relation.priority != 0:
            raise DefaultPayerMissing


def check_default_payer(relations: list[PaymentRelationValue]) -> None:
    """Raise ``DefaultPayerMissing`` unless somebody pays by default."""
    if not any(relation.charge_group == DEFAULT_PAYER for relation in relations):
        raise DefaultPayerMissing
