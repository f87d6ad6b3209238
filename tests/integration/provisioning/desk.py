"""An operator at the OSS console, as tests of its pages need one."""

from __future__ import annotations

from django.test import Client

from core.systems import System
from tests import signing

ENGLISH = {"accept-language": "en"}
LOOK = ("provisioning.view_phonenumber", "provisioning.view_workorder")


def signed_in(*permissions: str, staff_no: str = "9001") -> Client:
    """An operator of the OSS console who holds these permissions, signed in."""
    about = {"name": "李工", "org_unit": "SH-01", "region": "SH"}
    return signing.signed_in(System.PROVISIONING, *permissions, staff_no=staff_no, **about)
