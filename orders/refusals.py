"""Why an order is refused, one class a reason, in both languages."""

from __future__ import annotations

from core.errors import Conflict, DomainError


class CustomerNotNamed(DomainError):
    """The order names no customer."""

    code = "customerNotNamed"
    zh = "relatedParty 中没有角色为 customer 的客户"
    en = "relatedParty names no party with the role customer"


class NothingOrdered(DomainError):
    """An order has at least one item."""

    code = "nothingOrdered"
    zh = "订单没有订单项"
    en = "The order has no items"


class ItemRepeated(DomainError):
    """Each item has an id of its own."""

    code = "itemRepeated"
    zh = "订单项编号 {item} 重复"
    en = "The item id {item} is used twice"


class ActionNotOffered(DomainError):
    """Nobody conducts an order of this shape."""

    code = "actionNotOffered"
    zh = "不支持的业务组合: {action} {offering}"
    en = "This combination cannot be ordered: {action} {offering}"


class CharacteristicMissing(DomainError):
    """The product cannot be made without this characteristic."""

    code = "characteristicMissing"
    zh = "缺少产品属性 {name}"
    en = "The product characteristic {name} is missing"


class OfferingRefused(DomainError):
    """The catalogue does not sell what an item names: unknown is 400, not on sale is 409."""

    def __init__(self, refusal: DomainError, *, field: str) -> None:
        super().__init__(code=refusal.code, zh=refusal.zh, en=refusal.en, field=field)
        self.status = 400 if refusal.status == 404 else refusal.status


class CustomerMayNotOrder(Conflict):
    """The customer is closed or on the blacklist."""

    code = "customerMayNotOrder"
    zh = "客户 {number} 已销户或在黑名单中"
    en = "The customer {number} is closed or blacklisted"


class IdentityRequired(DomainError):
    """实名制: nobody gets a number without a verified identity."""

    code = "identityRequired"
    zh = "客户 {number} 未登记实名证件, 不能开户"
    en = "The customer {number} has shown no identity document, which a number requires"


class RealNameLimit(Conflict):
    """实名制: one identity holds so many numbers and no more."""

    code = "realNameLimit"
    zh = "同一证件最多可持有 {limit} 个号码"
    en = "One identity may hold at most {limit} numbers"


class ChargingModeDiffers(DomainError):
    """A postpaid product needs a postpaid account, a prepaid one a prepaid account."""

    code = "chargingModeDiffers"
    zh = "账户 {account} 的付费方式 {mode} 与产品 {offering} 不符"
    en = "The account {account} is {mode}, which does not suit {offering}"


class InArrears(Conflict):
    """Whoever owes opens nothing new."""

    code = "inArrears"
    zh = "账户 {number} 欠费 {amount}"
    en = "The account {number} owes {amount}"


class SentWithOtherContent(Conflict):
    """The external id was used before for something else."""

    code = "sentWithOtherContent"
    zh = "外部编号 {external_id} 已用于内容不同的请求"
    en = "The external id {external_id} was used for a request with other content"


class NumberInUse(Conflict):
    """Number or SIM belongs to an open subscriber."""

    code = "numberInUse"
    zh = "号码或SIM卡已被占用"
    en = "The number or the SIM is taken"
