"""Catalogue files from a page: kept when uploaded, requested as a release once confirmed."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import DomainError, NotFound
from core.systems import System
from products import permissions
from products.catalogue import parse
from products.catalogue.reader import MAX_BYTES
from products.models import CatalogueUpload
from products.services.life import one_at_a_time
from products.services.recording import record
from products.services.releases import release_document

KEPT_FOR = timedelta(days=7)
LONGEST_NAME = 200
MEGABYTE = 1024 * 1024


class FileTooLarge(DomainError):
    """The file holds more than any catalogue does."""

    code = "fileTooLarge"
    zh = "文件超过 {most} MB"
    en = "The file is larger than {most} MB"


class FileMissing(DomainError):
    """No file was chosen, or nothing is in it."""

    code = "fileMissing"
    zh = "请选择一个有内容的 YAML 文件"
    en = "Choose a YAML file that is not empty"


class UploadNotFound(NotFound):
    """The file is not kept, or not any more."""

    code = "uploadNotFound"
    zh = "没有这个上传的文件, 或已过期, 请重新上传"
    en = "There is no such file, or it is kept no longer: upload it again"


class NothingDiffers(DomainError):
    """The catalogue says already what the file says."""

    code = "nothingDiffers"
    zh = "文件内容与现有产品目录一致, 无需发布"
    en = "The catalogue says already what the file says"


def keep_file(*, name: str, content: bytes, actor: Actor, at: datetime) -> CatalogueUpload:
    """Keep a file to be looked at for a week; raises ``FileTooLarge`` or ``FileMissing``."""
    require(actor, permissions.IMPORT_CATALOGUE)
    if len(content) > MAX_BYTES:
        raise FileTooLarge(field="file", most=MAX_BYTES // MEGABYTE)
    if not content.strip():
        raise FileMissing(field="file")
    with transaction.atomic(using=System.CRM.alias):
        CatalogueUpload.objects.filter(uploaded_at__lt=at - KEPT_FOR).delete()
        upload = CatalogueUpload.objects.create(
            key=uuid4(),
            name=_printable(name),
            size=len(content),
            content=zlib.compress(content),
            uploaded_by=actor.number,
            uploaded_at=at,
        )
        about = {"file": upload.name, "size": upload.size}
        record(actor, permissions.IMPORT_CATALOGUE, f"file:{upload.key}", at, after=about)
    return upload


def request_file(*, key: UUID, actor: Actor, at: datetime) -> CatalogueUpload:
    """Request the release of what a kept file changes, once; return the file with its release.

    Raises ``UploadNotFound``, ``NothingDiffers`` and what ``release_document`` raises.
    """
    require(actor, permissions.IMPORT_CATALOGUE)
    with one_at_a_time():
        upload = CatalogueUpload.objects.select_for_update().filter(key=key).first()
        if upload is None:
            raise UploadNotFound
        if not upload.release_no:
            document = parse(content_of_upload(upload), file=upload.name)
            release = release_document(document, title=upload.name, actor=actor, at=at)
            if release is None:
                raise NothingDiffers
            upload.release_no = release.release_no
            upload.save(update_fields=["release_no"])
    return upload


def content_of_upload(upload: CatalogueUpload) -> bytes:
    """Return the file as it was uploaded."""
    return zlib.decompress(bytes(upload.content))


def _printable(name: str) -> str:
    """Return the last part of a file's name without what no page can show."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[:LONGEST_NAME] or "catalogue.yaml"
