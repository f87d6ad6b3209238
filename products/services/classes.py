"""What CRM alone keeps of the catalogue, without a release: its name, and its classes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from auth_center.actors import Actor
from auth_center.permissions import require
from products import permissions
from products.catalogue import CatalogueRefused, broken, content_of
from products.catalogue.content import Entry, refuse_malformed
from products.importing import Writing
from products.models import CatalogueOperator
from products.selectors import operator_section
from products.services.drafts import part_of_document
from products.services.life import one_at_a_time, whole_document
from products.services.recording import record


def save_class(*, entry: Entry, actor: Actor, at: datetime) -> None:
    """Make a class of products, or make it what ``entry`` says; its offerings must still fit.

    Neither BOSS nor the network is told. Raises ``CatalogueRefused`` with the place of each fault.
    """
    require(actor, permissions.EDIT_DRAFT)
    content = content_of({"classes": [entry]})
    refuse_malformed(content, operator_section())
    with one_at_a_time():
        document = whole_document(content)
        problems = broken(document)
        if problems:
            raise CatalogueRefused(problems)
        Writing(part_of_document(document, content), actor=actor, at=at).write()
        record(actor, permissions.EDIT_DRAFT, f"class:{entry['code']}", at, after=entry)


def name_catalogue(*, language: str, name: str, actor: Actor, at: datetime) -> None:
    """Name the operator's catalogue in a language; one without a name yet is named in both."""
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        row = CatalogueOperator.objects.filter(pk=1).first()
        before = row and {f"name_{language}": getattr(row, f"name_{language}")}
        if row is None:
            words: dict[str, Any] = {"name_zh": name, "name_en": name}
            own = {"currency": operator_section()["currency"], "timezone": settings.TIME_ZONE}
            CatalogueOperator.objects.create(pk=1, **words, **own)
        else:
            setattr(row, f"name_{language}", name)
            row.save(update_fields=[f"name_{language}"])
        after = {f"name_{language}": name}
        record(actor, permissions.EDIT_DRAFT, "catalogue", at, before=before, after=after)
