"""The pages on which staff, units, roles and outside systems are kept."""

from __future__ import annotations

import pytest
from django.test import Client

from core.systems import System
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
EVERY_PAGE = (
    "operators/", "operators/?q=2001&unit=GZ&role=clerk&standing=active", "operators/?q=nobody",
    "operators/?page=99&standing=left", "operators-export/", "operators-new/", "operators/2001/",
    "operators-import/", "operators-import/?template=1", "units/", "units/?retired=1",
    "units-new/?parent=GZ", "units/GZ/", "roles/", "roles/clerk/", "roles-new/", "roles-matrix/",
    "clients/", "clients-new/",
)  # fmt: skip


@pytest.fixture
def admin(staff: None) -> Client:
    """Somebody who may do everything, at CRM's console."""
    return signed_in(System.CRM, "*", staff_no="1001", role="admin", org_unit="HQ")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_opens_in_both_languages(staff: None, path: str, language: str):
    admin = signed_in(System.CRM, "*", staff_no="1001", language=language)
    assert admin.get(f"/crm/access/{path}").status_code == 200
