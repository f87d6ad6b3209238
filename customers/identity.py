"""Identity documents: validated, encrypted, found by a keyed hash of the whole number, masked."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import NamedTuple

from cryptography.fernet import Fernet
from django.conf import settings
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from core.errors import DomainError
from core.masking import mask_identity

RESIDENT_ID = "residentId"
PASSPORT = "passport"
BUSINESS_LICENCE = "businessLicence"
PROVINCES = frozenset(
    (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    )
)
# How channels spell the kinds, folded to lower-case letters and digits.
_SPELLINGS = {
    RESIDENT_ID: "residentid residentidcard residentidentitycard idcard identitycard nationalid"
    " nationalidcard chineseresidentid cnresidentid ric cnric 居民身份证 身份证",
    PASSPORT: "passport 护照",
    BUSINESS_LICENCE: "businesslicence businesslicense uscc cnuscc 营业执照",
}
_KIND_OF = {word: kind for kind, words in _SPELLINGS.items() for word in words.split()}
KINDS = {
    RESIDENT_ID: ("居民身份证", "Resident ID"),
    PASSPORT: ("护照", "Passport"),
    BUSINESS_LICENCE: ("营业执照", "Business licence"),
}


class IdentityInvalid(DomainError):
    """The document's number is not one that its kind can have."""

    code = "identityInvalid"
    zh = "证件号码无效"
    en = "The identity number is not valid"


class IdentityKindUnknown(DomainError):
    """There is no identity document of that kind."""

    code = "identityKindUnknown"
    zh = "不支持的证件类型: {kind}"
    en = "Unknown kind of identity document: {kind}"


class SealedIdentity(NamedTuple):
    """An identity document as it is kept: nothing here shows the number but its owner's key."""

    kind: str
    encrypted: bytes
    digest: str
    masked: str


def seal(kind: str, number: str) -> SealedIdentity:
    """Validate a document and return it sealed; raise ``IdentityInvalid``.

    Resident IDs are checked by GB 11643 (date, province and check digit), licences by GB 32100.
    """
    folded = "".join(letter for letter in kind.lower() if letter.isalnum())
    if folded not in _KIND_OF:
        raise IdentityKindUnknown(kind=kind[:40], field="identityType")
    kind = _KIND_OF[folded]
    number = _validated(kind, number)
    return SealedIdentity(
        kind=kind,
        encrypted=_fernet().encrypt(number.encode()),
        digest=digest_of(kind, number),
        masked=mask_identity(number),
    )


def unseal(encrypted: bytes) -> str:
    """Return the number in clear; whoever calls this has asked for the permission to."""
    return _fernet().decrypt(bytes(encrypted)).decode()


def digest_of(kind: str, number: str) -> str:
    """Return the keyed hash by which a document is found (whole number only)."""
    key = bytes.fromhex(settings.IDENTITY_HASH_KEY)
    return hmac.new(key, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()


def _validated(kind: str, number: str) -> str:
    try:
        if kind == RESIDENT_ID:
            return _resident_id(number)
        if kind == BUSINESS_LICENCE:
            return str(uscc.validate(number))
    except ValidationError as error:
        raise IdentityInvalid(field="identityNumber") from error
    number = number.strip().upper()
    if not (5 <= len(number) <= 20 and number.isascii() and number.isalnum()):
        raise IdentityInvalid(field="identityNumber")
    return number


def _resident_id(number: str) -> str:
    """Check length, check digit, birth date and province (GB 11643, GB/T 2260).

    The county is not held against a list: it is where the number was given out, often years after
    the birth, and counties are founded and renamed; ``ric.validate`` refuses such numbers.
    """
    number = ric.compact(number)
    if (
        len(number) != 18
        or not (number.isascii() and number[:17].isdigit())
        or int(number[:2]) not in PROVINCES
    ):
        raise IdentityInvalid(field="identityNumber")
    if number[-1] != ric.calc_check_digit(number):
        raise IdentityInvalid(field="identityNumber")
    ric.get_birth_date(number)
    return str(number)


@cache
def _fernet() -> Fernet:
    return Fernet(settings.IDENTITY_KEY)
