"""The published messages hold still: their schemas, their hearers, their readable history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from integration.hearing import heard
from integration.messages import DONE, UnknownMessage, decode, encode, kinds, schemas
from integration.messages.orders import SubscriptionOrderResponse

PUBLISHED = Path(__file__).parents[2] / "docs" / "messages"


def test_the_published_schemas_are_what_the_types_say():
    documents = schemas.schemas()
    published = {path.stem: path.read_text(encoding="utf-8") for path in PUBLISHED.glob("*.json")}
    expected = {name: schemas.rendered(document) for name, document in documents.items()}
    assert published == expected, "run manage.py write_schemas and look at the difference"


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_schema_is_valid_and_every_message_has_a_chinese_name(name):
    Draft202012Validator.check_schema(schemas.schemas()[name])
    assert kinds()[name].zh


@pytest.mark.parametrize("name", sorted(kinds()))
def test_somebody_hears_every_message(name):
    assert heard().get(name), f"no system handles or answers {name}"


def test_a_message_survives_its_journey_as_json():
    said = SubscriptionOrderResponse(sub_order_no="FC000000018-2", outcome=DONE)
    assert decode("SubscriptionOrderResponse", 1, encode(said)) == said


def test_a_message_of_the_version_before_is_still_read_and_an_older_one_is_not():
    said = encode(SubscriptionOrderResponse(sub_order_no="FC000000018-2", outcome=DONE))
    assert decode("SubscriptionOrderResponse", 0, said)
    with pytest.raises(UnknownMessage):
        decode("SubscriptionOrderResponse", 2, said)
    with pytest.raises(UnknownMessage):
        decode("NobodySaysThis", 1, said)


def test_a_malformed_message_is_refused():
    with pytest.raises(msgspec.ValidationError):
        decode("SubscriptionOrderResponse", 1, b'{"sub_order_no": 5}')


SECRET = re.compile(
    r"identity|document|password|secret|token|certificate|card_holder", re.IGNORECASE
)


def test_no_message_has_a_place_for_a_document_or_a_secret():
    """Whoever may view flows reads messages whole; what they must not carry has no field there.

    The questions by which systems sign in carry their credentials, and are kept nowhere.
    """
    fields = {
        (name, key)
        for name, document in schemas.schemas().items()
        for key in _keys(document)
        if SECRET.search(key) and name not in ("ConnectRequest", "VerifyRequest")
    }
    assert fields == set()


def _keys(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        yield from document.get("properties", {})
        for part in document.values():
            yield from _keys(part)
    elif isinstance(document, list):
        for part in document:
            yield from _keys(part)
