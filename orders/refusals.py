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


class CharacteristicUnknown(DomainError):
    """The product has no such characteristic, or its customers do not choose it."""

    code = "characteristicUnknown"
    zh = "产品 {offering} 没有可选的属性 {name}"
    en = "{offering} has no characteristic {name} to choose"


class CharacteristicRefused(DomainError):
    """The value is not one that the characteristic can have."""

    code = "characteristicRefused"
    zh = "属性 {label_zh} ({name}): {fault_zh}"
    en = "{label_en} ({name}): {fault_en}"


class LineMalformed(DomainError):
    """A broadband line has a short plain name."""

    code = "lineMalformed"
    zh = "宽带线路号 {line} 应为 4 至 40 个字母、数字或 _.@-"
    en = "The broadband line {line} must be 4 to 40 letters, digits or _.@-"


class SeveralSubscribers(DomainError):
    """An order that is no bundle is about one subscriber."""

    code = "severalSubscribers"
    zh = "一个订单只能办理一个用户的产品: {one}, {other}"
    en = "An order is about the products of one subscriber, not of {one} and {other}"


class SubscriberOfAnother(DomainError):
    """The subscriber is not the customer's."""

    code = "subscriberOfAnother"
    zh = "用户 {number} 不属于客户 {customer}"
    en = "The subscriber {number} is not one of customer {customer}"


class SubscriberEnded(Conflict):
    """The subscriber is terminated, or an order to terminate it is under way."""

    code = "subscriberEnded"
    zh = "用户 {number} 已销户或正在销户"
    en = "The subscriber {number} is terminated or being terminated"


class ProductIsLeaving(Conflict):
    """The product is ending already, or has not begun."""

    code = "productIsLeaving"
    zh = "产品 {number} 正在退订或尚未生效"
    en = "The product {number} is ending already, or has not begun"


class ProductHadAlready(Conflict):
    """What is switched on in the network can be had once."""

    code = "productHadAlready"
    zh = "用户已有产品 {offering}, 不能重复订购"
    en = "The subscriber has {offering} already"


class KindsDiffer(Conflict):
    """A main product is replaced by a main product for the same kind of line, and so on."""

    code = "kindsDiffer"
    zh = "不能用产品 {new} 替换 {old}: 类型不同"
    en = "{new} cannot take the place of {old}: they are of different kinds"


class MainProductAlone(Conflict):
    """Ending the main product ends the subscriber; nothing else goes with it in one order."""

    code = "mainProductAlone"
    zh = "退订主体产品即销户, 不能与其他订单项一起办理"
    en = "Ending the main product ends the subscriber, so it must be the order's only item"


class BundlePartsUnclear(DomainError):
    """A bundle bundles every other item of its order, and nothing else."""

    code = "bundlePartsUnclear"
    zh = "组合产品与订单项 {item} 的关系不明确: 应包含订单的其他全部订单项"
    en = "The bundle must bundle every other item of the order; item {item} is unclear"


class NotPartOfBundle(Conflict):
    """The offering does not belong to the bundle that the subscriber is in."""

    code = "notPartOfBundle"
    zh = "产品 {part} 不是组合产品 {bundle} 的组成部分"
    en = "{part} is not part of the bundle {bundle}"


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


class OutsideScope(DomainError):
    """A customer is opened where whoever opens it sees it afterwards."""

    code = "outsideScope"
    zh = "只能在本人数据权限范围内开户, 请核对归属组织和地区"
    en = "A customer is opened within your own data scope: check its unit and region"
