"""Which address leads where: consoles, sign-on, the seam's door, health and the REST API."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from auth_center.consoles import boss_console, crm_console, oss_console
from config.health import health
from core import tmf
from integration.views import ask_view

_CONSOLES = {
    "crm": path("crm/", crm_console.urls),
    "boss": path("boss/", boss_console.urls),
    "provisioning": path("oss/", oss_console.urls),
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/crm/")),
    path("health/", health),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("allauth.idp.urls")),
    path("integration/<str:system>/ask", ask_view),
    *[_CONSOLES[system] for system in settings.SANHU_SYSTEMS],
    *tmf.urls(),
]

handler400 = "core.tmf.edge.bad_request"
handler404 = "core.tmf.edge.not_found"
handler500 = "core.tmf.edge.server_error"
