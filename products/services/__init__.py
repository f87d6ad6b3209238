"""The front door for writes to the catalogue: drafts, and releases that bring them to market."""

from products.services.drafts import (
    AlreadyDrafted,
    DraftChanged,
    DraftInUse,
    NothingToRelease,
    copy_release,
    discard_draft,
    save_draft,
)
from products.services.life import ReleaseMovedOn
from products.services.releases import (
    NotProved,
    ReasonMissing,
    SamePerson,
    approve_release,
    configured_of,
    release_document,
    request_release,
    take_answer,
    take_configuration,
    test_release,
    withdraw_release,
)

__all__ = [
    "AlreadyDrafted",
    "DraftChanged",
    "DraftInUse",
    "NotProved",
    "NothingToRelease",
    "ReasonMissing",
    "ReleaseMovedOn",
    "SamePerson",
    "approve_release",
    "configured_of",
    "copy_release",
    "discard_draft",
    "release_document",
    "request_release",
    "save_draft",
    "take_answer",
    "take_configuration",
    "test_release",
    "withdraw_release",
]
