"""The OpenAPI document at /api/schema/ and a page to browse it at /api/docs/, without a network."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.html import escape

from core.tmf.answer import json_answer
from core.tmf.errors import MethodNotAllowed
from core.tmf.registry import routes

SCHEMA = "/api/schema"
PAGE = "/api/docs"
START = "/api/docs/start.js"
_ASSETS = "drf_spectacular_sidecar/swagger-ui-dist"

_PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="{css}"></head>
<body><div id="api"></div><script src="{bundle}"></script><script src="{start}"></script></body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "%s/", dom_id: "#api", deepLinking: true, docExpansion: "none", filter: true,
  persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


def find(request: HttpRequest) -> HttpResponse | None:
    """Return the document or the page when ``request`` asks for it, else None."""
    path = request.path_info.removesuffix("/")
    if path not in (SCHEMA, PAGE, START):
        return None
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(request.method or "", "GET, HEAD")
    if path == SCHEMA:
        from core.tmf.openapi import document  # costs nothing until someone asks for it

        return json_answer(document(routes().declarations))
    if path == START:
        return HttpResponse(_START % SCHEMA, content_type="text/javascript;charset=utf-8")
    return HttpResponse(
        _PAGE.format(
            css=escape(static(f"{_ASSETS}/swagger-ui.css")),
            bundle=escape(static(f"{_ASSETS}/swagger-ui-bundle.js")),
            start=START,
        )
    )
