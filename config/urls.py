"""Which address leads where: consoles, sign-on, the seam's door, health and the REST API."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from auth_center.consoles import boss_console, crm_console, oss_console
from auth_center.sign_on import centre
from auth_center.sign_on.revoking import revoke
from billing.callback_views import payment_told
from config.health import health
from core import tmf
from integration.views import ask_view

_CONSOLES = {
    "crm": path("crm/", crm_console.urls),
    "boss": path("boss/", boss_console.urls),
    "provisioning": path("oss/", oss_console.urls),
}


def closed(request: HttpRequest) -> HttpResponse:
    """Nothing is here: nobody signs on by a code that is typed at another device.

    allauth confirms such a code by a form without a token, so another site could confirm it.
    """
    raise Http404


# The centre: its login and portal, and the OpenID Connect provider with our own doors first.
_CENTRE: list[URLPattern | URLResolver] = [
    path("identity/o/authorize", centre.authorize),
    path("identity/o/logout", centre.sign_off),
    path("identity/o/api/revoke", revoke),
    path("identity/o/device", closed),
    path("identity/o/api/device/code", closed),
    path("", include("allauth.idp.urls")),
    path("sso/", include("auth_center.portal.urls")),
]
# What outside services tell BOSS.
_BOSS = [path("billing/callbacks/<slug:source>/", payment_told)]
_HOME = {"crm": "/crm/", "boss": "/boss/", "provisioning": "/oss/"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url=next(map(_HOME.get, settings.SANHU_SYSTEMS), "/sso/"))),
    path("health/", health),
    path("i18n/", include("django.conf.urls.i18n")),
    *(_CENTRE if settings.HOSTS_CENTRE else []),
    path("integration/<str:system>/ask", ask_view),
    *(_BOSS if "boss" in settings.SANHU_SYSTEMS else []),
    *[_CONSOLES[system] for system in settings.SANHU_SYSTEMS],
    *tmf.urls(),
]

handler400 = "core.tmf.edge.bad_request"
handler404 = "core.tmf.edge.not_found"
handler500 = "core.tmf.edge.server_error"
