"""Reading releases one by one and as lists."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from products.models import CatalogueRelease


class ReleaseNotFound(NotFound):
    """No release has this number."""

    code = "releaseNotFound"
    zh = "没有发布请求 {release}"
    en = "There is no release {release}"


def get_release(release_no: str) -> CatalogueRelease:
    """Return the release of that number; raise ``ReleaseNotFound``."""
    release = CatalogueRelease.objects.filter(release_no=release_no).first()
    if release is None:
        raise ReleaseNotFound(release=release_no[:40])
    return release


def list_releases() -> QuerySet[CatalogueRelease]:
    """Return every release, the newest first."""
    return CatalogueRelease.objects.order_by("-created_at", "-id")
