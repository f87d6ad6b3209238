"""The addresses of the sign-on; of allauth's pages only those that an operator needs.

There is no sign-up, no mail address to manage and no password by mail: the centre's staff see to
that. The names are allauth's where it looks for them.
"""

from __future__ import annotations

from allauth.account.views import logout, reauthenticate
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

import core.console.converters  # noqa: F401  # <number:…>
from auth_center.portal import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="sso_home"),
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("login/password/", views.FirstPassword.as_view(), name="sso_new_password"),
    path("login/factor/", views.FirstFactor.as_view(), name="sso_new_factor"),
    path("login/factor/codes/", views.first_codes, name="sso_first_codes"),
    path("logout/", logout, name="account_logout"),
    path("reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("password/", views.OwnPassword.as_view(), name="account_change_password"),
    path("sign-ons/", views.sign_ons, name="sso_sign_ons"),
    path("sign-ons/end-others/", views.end_others, name="sso_end_others"),
    path("sign-ons/<number:number>/end/", views.end_one, name="sso_end_one"),
    path("language/", set_language, name="sso_language"),
    path("2fa/authenticate/", views.Factor.as_view(), name="mfa_authenticate"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.RemovePasskey.as_view()),
    path("2fa/", include("allauth.mfa.urls")),
]
