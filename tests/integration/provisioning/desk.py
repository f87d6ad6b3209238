"""An operator at the OSS console, as tests of its pages need one."""

from __future__ import annotations

from django.test import Client

from auth_center.models import Operator, Role

ENGLISH = {"accept-language": "en"}
LOOK = ("provisioning.view_phonenumber", "provisioning.view_workorder")


def signed_in(*permissions: str, staff_no: str = "9001") -> Client:
    """An operator of the OSS console who holds these permissions, signed in."""
    role = Role.objects.using("oss").create(
        code=f"tested-{staff_no}", name_zh="受测", name_en="Tested", permissions=list(permissions)
    )
    operator = Operator(staff_no=staff_no, name="李工", org_unit="SH-01", region="SH")
    operator.set_password("correct horse")
    operator.save(using="oss")
    operator.roles.add(role)
    client = Client()
    client.post("/oss/login/", {"username": staff_no, "password": "correct horse"})
    return client
