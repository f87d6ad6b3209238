"""The API alone, as the product's own URLs mount it."""

from __future__ import annotations

from core.tmf import urls

urlpatterns = urls()
handler400 = "core.tmf.edge.bad_request"
handler404 = "core.tmf.edge.not_found"
handler500 = "core.tmf.edge.server_error"
