"""The floor of a request that changes a balance: a view that does one row-locked UPDATE.

It is what an engineer would write who wants nothing but that: behind the same middleware as the
API and with the same bearer tokens, for a request that nobody may make is worth nothing, JSON in
and JSON out, one statement, durable as everything else. It keeps no record and knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

PATH = "/bare/"
TABLE = """
CREATE TABLE IF NOT EXISTS bare_balance (id bigint PRIMARY KEY, amount numeric(20, 6) NOT NULL)
"""
UPDATE = "UPDATE bare_balance SET amount = amount - %s WHERE id = %s RETURNING amount"


class BareMiddleware:
    """Answers the bare requests, and leaves all others to the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.authenticate = import_string(settings.TMF_AUTHENTICATION)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the amount off the balance that the body names."""
        if request.path_info != PATH:
            return self.get_response(request)
        if self.authenticate(request) is None:
            return HttpResponse(status=401)
        said = orjson.loads(request.body)
        with connections["boss"].cursor() as cursor:
            cursor.execute(UPDATE, [said["amount"], said["id"]])
            (left,) = cursor.fetchone()
        answer = orjson.dumps({"id": said["id"], "amount": str(left)})
        return HttpResponse(answer, content_type="application/json", status=201)
