"""What stands between a right password and being signed in: no sign-on begins before it is done."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from auth_center.portal.factors import has_factor, must_have_factor


class NewPasswordStage(LoginStage):  # type: ignore[misc]  # allauth has no types
    """A password that somebody else has given is changed before anything is done with it."""

    key = "sanhu_new_password"
    urlname = "sso_new_password"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send the operator to choose one, where that is due."""
        return _go(self.urlname, self.login.user.must_change_password)


class FactorStage(LoginStage):  # type: ignore[misc]
    """Whose role demands a second factor sets it up at the first sign-in."""

    key = "sanhu_factor"
    urlname = "sso_new_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Send the operator to set one up, where that is due."""
        user: Any = self.login.user
        return _go(self.urlname, must_have_factor(user) and not has_factor(user))


def _go(page: str, due: bool) -> tuple[HttpResponse | None, bool]:
    return (HttpResponseRedirect(reverse(page)) if due else None), True
