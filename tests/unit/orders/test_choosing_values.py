"""What the customer chooses of an offering is held to its attributes and kept on the item."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from orders.checking import chosen
from orders.values import ItemRequest
from products.values import AttributeTerms, BrandTerms, OfferingTerms, ServiceTerms

SPEED = AttributeTerms(
    name="speed", label_zh="速率", label_en="Speed", kind="integer", minimum=100, maximum=1000,
    offered=300,
)  # fmt: skip
FIXED = AttributeTerms(
    name="fixed_ip", label_zh="固定地址", label_en="Fixed address", kind="boolean", offered=False
)
TERM = AttributeTerms(
    name="term", label_zh="合约期", label_en="Term", kind="choice", options=(12, 24)
)
WHERE = "productOrderItem.7.product.productCharacteristic"


def terms(*attributes: AttributeTerms) -> OfferingTerms:
    return OfferingTerms(
        code="LINE", kind="main", charging_mode="postpaid", product_class="BROADBAND",
        name_zh="宽带", name_en="Line", status="launched", on_sale=True, tariffs=(),
        services=(ServiceTerms("PORT", "resource", ("eoms",), "line"),), relations=(),
        brand=BrandTerms("HOUSE", "家", "House"), attributes=attributes,
    )  # fmt: skip


def item(**characteristics: str) -> ItemRequest:
    return ItemRequest(item_id="7", action="add", characteristics=characteristics)


def test_what_is_not_chosen_is_as_it_is_offered() -> None:
    kept = chosen(item(line="GZ-0001"), terms(SPEED, FIXED)).characteristics
    assert kept == {"line": "GZ-0001", "speed": "300", "fixed_ip": "false"}


def test_what_is_chosen_is_kept_in_one_spelling() -> None:
    asked = item(speed="0500", fixed_ip="True", term="24", subscriber="SC1")
    kept = chosen(asked, terms(SPEED, FIXED, TERM)).characteristics
    assert kept == {"speed": "500", "fixed_ip": "true", "term": "24", "subscriber": "SC1"}
    assert asked.characteristics["speed"] == "0500"


@pytest.mark.parametrize(
    ("given", "code", "field", "zh", "en"),
    [
        (
            {"speed": "2000"}, "characteristicRefused", f"{WHERE}.speed",
            "属性 速率 (speed): 2000 超出范围: 100 至 1000",
            "Speed (speed): 2000 is out of range: 100 to 1000",
        ),
        (
            {"speed": "fast"}, "characteristicRefused", f"{WHERE}.speed",
            "属性 速率 (speed): fast 不是整数",
            "Speed (speed): fast is not a whole number",
        ),
        (
            {"term": "36"}, "characteristicRefused", f"{WHERE}.term",
            "属性 合约期 (term): 36 不在选项中: 12, 24",
            "Term (term): 36 is not one of 12, 24",
        ),
        (
            {"term": "12", "colour": "red"}, "characteristicUnknown", f"{WHERE}.colour",
            "产品 LINE 没有可选的属性 colour",
            "LINE has no characteristic colour to choose",
        ),
        (
            {}, "characteristicMissing", WHERE,
            "缺少产品属性 term",
            "The product characteristic term is missing",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_place(
    given: dict[str, str], code: str, field: str, zh: str, en: str
) -> None:
    with pytest.raises(DomainError) as refused:
        chosen(item(**given), terms(SPEED, TERM))
    told = refused.value
    assert (told.code, told.field, told.zh, told.en) == (code, field, zh, en)
