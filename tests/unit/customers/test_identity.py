"""Identity documents are validated, sealed and masked."""

from __future__ import annotations

import pytest

from core.masking import mask_identity
from customers import identity
from tests.channel import resident_id


@pytest.mark.parametrize("kind", ["residentId", "resident_id", "ID card", "身份证", "cn.ric"])
def test_a_kind_is_known_however_a_channel_spells_it(kind):
    assert identity.seal(kind, resident_id(7)).kind == identity.RESIDENT_ID


def test_an_unknown_kind_is_refused_by_name():
    with pytest.raises(identity.IdentityKindUnknown) as refused:
        identity.seal("libraryCard", "1")
    assert refused.value.field == "identityType"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "11010119900307000",  # one digit short
        "110101199002307000",  # 30 February
        "990101199003070000",  # no such province
        "11010119900307٠٠٠٠",  # not ASCII digits
        "110101199003070001",  # wrong check digit
    ],
)
def test_an_impossible_resident_id_is_refused(number):
    with pytest.raises(identity.IdentityInvalid):
        identity.seal("residentId", number)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_published_examples_of_the_standard_are_valid(number):
    sealed = identity.seal("residentId", number.lower())
    assert identity.unseal(sealed.encrypted) == number


def test_the_same_document_has_the_same_digest_and_another_kind_another():
    one, two = identity.seal("passport", "E12345678"), identity.seal("passport", "e12345678 ")
    assert one.digest == two.digest
    assert one.encrypted != two.encrypted
    assert one.digest != identity.digest_of("residentId", "E12345678")


def test_a_masked_number_shows_its_ends_only():
    assert mask_identity("11010519491231002X") == "110************02X"[:3] + "*" * 12 + "02X"
    assert mask_identity("E1234") == "E***4"
