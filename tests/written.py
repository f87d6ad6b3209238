"""The catalogue written as it stands in a file, without a release: tests of what is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from products.catalogue import CatalogueDocument, CatalogueRefused
from products.importing import Writing, contradictions
from products.models import CatalogueRevision
from products.permissions import IMPORT_CATALOGUE


@dataclass(frozen=True, slots=True)
class CatalogueImported:
    """What an import did, as rows by table, and the revision the catalogue now has."""

    created: Mapping[str, int]
    changed: Mapping[str, int]
    removed: Mapping[str, int]
    revision: int

    @property
    def nothing_changed(self) -> bool:
        """Tell whether the tables held all of it before."""
        return not (self.created or self.changed or self.removed)


def import_catalogue(
    document: CatalogueDocument, *, actor: Actor, at: datetime
) -> CatalogueImported:
    """Make the catalogue what ``document`` says, all of it or nothing; twice changes nothing.

    Offerings, tariffs and services that the document does not list stay as they are. Raise
    ``CatalogueRefused`` with file and line for a change that an owner would feel: a lifecycle
    arrow that does not exist, another kind or charging mode of something sold, other rules,
    another price or beginning of a tariff version once released.
    """
    require(actor, IMPORT_CATALOGUE)
    with transaction.atomic():
        # The lock makes imports follow each other, so that each is judged by what it will meet.
        revision = CatalogueRevision.objects.select_for_update().first()
        problems = list(contradictions(document, at))
        if problems:
            raise CatalogueRefused(problems)
        writing = Writing(document, actor=actor, at=at)
        writing.write()
        number = (
            CatalogueRevision.objects.values_list("number", flat=True).first()
            if writing.created or writing.changed or writing.removed or revision is None
            else revision.number
        )
    return CatalogueImported(
        created=dict(writing.created),
        changed=dict(writing.changed),
        removed=dict(writing.removed),
        revision=number or 0,
    )
