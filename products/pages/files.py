"""导入导出: the catalogue to take along as a file, and a file looked at before it is requested."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.permissions import require
from core.console import Page, render_page, said
from core.errors import DomainError
from products import permissions
from products.catalogue import Problem
from products.catalogue.difference import Change
from products.catalogue.reader import MAX_BYTES
from products.catalogue.wording import SECTION_NAMES
from products.exporting import export_catalogue
from products.models import CatalogueUpload
from products.pages.links import address_of
from products.pages.words import moment
from products.previewing import preview_catalogue
from products.services.uploads import (
    MEGABYTE,
    FileMissing,
    FileTooLarge,
    NothingDiffers,
    UploadNotFound,
    content_of_upload,
    keep_file,
    request_file,
)

LATEST = 10
MOST_CHANGES = 200
MOST_PROBLEMS = 200
LONGEST_LINE = 200
TONES = {"added": "success", "changed": "info", "removed": "danger"}
KIND_WORDS = {
    "added": ("新增", "Added"),
    "changed": ("修改", "Changed"),
    "removed": ("删除", "Removed"),
}


def show_files(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    """Offer the export and, to whoever may, the import."""
    actor = actor_of(request)
    may_import = actor.may(permissions.IMPORT_CATALOGUE)
    uploads = CatalogueUpload.objects.defer("content").order_by("-uploaded_at", "-id")[:LATEST]
    return render_page(
        request,
        "products/files.html",
        title=said("导入导出", "Files"),
        status=refusal.status if refusal else 200,
        may_import=may_import,
        error=said(refusal.zh, refusal.en) if refusal else "",
        most=MAX_BYTES // MEGABYTE,
        uploads=[_uploaded(actor, one) for one in uploads] if may_import else [],
    )


def download(request: HttpRequest) -> HttpResponse:
    """Answer with the whole catalogue; raises ``SystemSilent`` or ``HalvesDiffer``."""
    export = export_catalogue(actor=actor_of(request))
    answer = HttpResponse(export.text, content_type="application/yaml; charset=utf-8")
    name = f"catalogue-{timezone.localtime():%Y%m%d-%H%M}.yaml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file and lead to what it would change."""
    if request.method != "POST":
        return redirect(reverse("crm:catalogue_files"))
    actor = actor_of(request)
    require(actor, permissions.IMPORT_CATALOGUE)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise FileMissing(field="file")
        if (file.size or 0) > MAX_BYTES:  # it waits on disk and is not read
            raise FileTooLarge(field="file", most=MAX_BYTES // MEGABYTE)
        kept = keep_file(name=file.name or "", content=file.read(), actor=actor, at=timezone.now())
    except (FileMissing, FileTooLarge) as refusal:
        return show_files(request, refusal)
    return redirect(reverse("crm:catalogue_file", args=[kept.key]))


def show_file(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what a kept file would change, and what is wrong with it at which line."""
    actor = actor_of(request)
    kept = CatalogueUpload.objects.filter(key=key).first()
    if kept is None:
        raise UploadNotFound
    content = content_of_upload(kept)
    preview = preview_catalogue(content, file=kept.name, actor=actor, at=timezone.now())
    counts: Counter[str] = Counter(change.kind for change in preview.changes)
    return render_page(
        request,
        "products/file.html",
        title=kept.name,
        file=_uploaded(actor, kept),
        whole=preview.whole,
        problems=_problems(preview.problems, content),
        problem_count=len(preview.problems),
        counts=[
            (said(*words), counts[kind], TONES[kind])
            for kind, words in KIND_WORDS.items()
            if counts[kind]
        ],
        changes=[_change(change) for change in preview.changes[:MOST_CHANGES]],
        unshown=max(0, len(preview.changes) - MOST_CHANGES),
        can_confirm=bool(preview.changes or not preview.whole)
        and not preview.problems
        and not kept.release_no,
    )


def confirm(request: HttpRequest, key: UUID) -> HttpResponse:
    """Request the release of a kept file, once, and lead to it."""
    here = redirect(reverse("crm:catalogue_file", args=[key]))
    if request.method != "POST":
        return here
    actor = actor_of(request)
    try:
        kept = request_file(key=key, actor=actor, at=timezone.now())
    except NothingDiffers as refusal:
        messages.info(request, said(refusal.zh, refusal.en))
        return here
    messages.success(
        request,
        said(f"已提交发布请求 {kept.release_no}", f"The release {kept.release_no} is requested"),
    )
    address = address_of(actor, "catalogue_release", kept.release_no)
    return redirect(address) if address else here


def _uploaded(actor: Actor, kept: CatalogueUpload) -> dict[str, Any]:
    return {
        "name": kept.name,
        "key": kept.key,
        "size": f"{max(1, kept.size // 1024):,} KB",
        "by": kept.uploaded_by,
        "at": moment(kept.uploaded_at),
        "release_no": kept.release_no,
        "release": address_of(actor, "catalogue_release", kept.release_no)
        if kept.release_no
        else "",
    }


def _problems(problems: list[Problem], content: bytes) -> list[dict[str, Any]]:
    lines = content.decode("utf-8", "replace").splitlines() if problems else []
    return [
        {
            "line": one.line,
            "path": one.path,
            "words": said(one.zh, one.en),
            "text": lines[one.line - 1][:LONGEST_LINE] if 0 < one.line <= len(lines) else "",
        }
        for one in problems[:MOST_PROBLEMS]
    ]


def _change(change: Change) -> dict[str, Any]:
    return {
        "section": said(*SECTION_NAMES[change.section]),
        "code": change.code,
        "name": said(change.name_zh, change.name_en),
        "kind": said(*KIND_WORDS[change.kind]),
        "tone": TONES[change.kind],
        "added": change.kind == "added",
        "lines": [
            (
                said(line.label_zh, line.label_en),
                said(line.before_zh, line.before_en),
                said(line.after_zh, line.after_en),
            )
            for line in change.lines
        ],
    }


PAGES = [
    Page(
        path="catalogue/files/",
        name="catalogue_files",
        view=show_files,
        permission=permissions.VIEW_RELEASE,
        titles=("导入导出", "Files"),
        icon="upload_file",
        group=("产品", "Catalogue"),
    ),
    Page(
        path="catalogue/files/catalogue.yaml",
        name="catalogue_files_export",
        view=download,
        permission=permissions.VIEW_RELEASE,
        titles=("导出产品目录", "Export the catalogue"),
    ),
    Page(
        path="catalogue/files/upload/",
        name="catalogue_files_upload",
        view=upload,
        permission=permissions.IMPORT_CATALOGUE,
        titles=("上传产品目录", "Upload a catalogue"),
    ),
    Page(
        path="catalogue/files/<uuid:key>/",
        name="catalogue_file",
        view=show_file,
        permission=permissions.IMPORT_CATALOGUE,
        titles=("产品目录文件", "Catalogue file"),
        icon="description",
    ),
    Page(
        path="catalogue/files/<uuid:key>/request/",
        name="catalogue_file_request",
        view=confirm,
        permission=permissions.IMPORT_CATALOGUE,
        titles=("提交产品目录文件", "Request a catalogue file"),
    ),
]
