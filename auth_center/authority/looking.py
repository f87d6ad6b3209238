"""Reading which scheme was chosen, by whom, and who has heard of it."""

from __future__ import annotations

from django.db.models import QuerySet

from auth_center.models import AuditEntry, AuthorizationScheme
from auth_center.permissions import CHOOSE_SCHEME
from core.systems import Centre
from integration.models import OutboxMessage

ALIAS = Centre.SSO.alias


def find_scheme() -> AuthorizationScheme | None:
    """Return who chose the authorization scheme and when; None while the setting holds."""
    return AuthorizationScheme.objects.using(ALIAS).first()


def list_scheme_changes() -> QuerySet[AuditEntry]:
    """Return the changes of the authorization scheme, newest first."""
    entries = AuditEntry.objects.using(ALIAS).filter(operation=CHOOSE_SCHEME)
    return entries.order_by("-at", "-id")


def list_told_of_scheme() -> list[OutboxMessage]:
    """Return the last message about the scheme to each system, by the system's name."""
    said = OutboxMessage.objects.using(ALIAS).filter(subject="scheme").defer("body")
    return list(said.order_by("receiver", "-seq").distinct("receiver"))
