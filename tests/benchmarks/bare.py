"""The floor of a request that changes a balance: a view that does one row-locked UPDATE.

It answers in front of all middleware of the same server, asks nobody who is there, and does its
one statement, durable as everything else: what any such request costs at least.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.db import connections
from django.http import HttpRequest, HttpResponse

PATH = "/bare/"
TABLE = """
CREATE TABLE IF NOT EXISTS bare_balance (id bigint PRIMARY KEY, amount numeric(20, 6) NOT NULL)
"""
UPDATE = "UPDATE bare_balance SET amount = amount - %s WHERE id = %s"


class BareMiddleware:
    """Answers the bare requests, and leaves all others to the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the amount off the balance that the body names."""
        if request.path_info != PATH:
            return self.get_response(request)
        said = orjson.loads(request.body)
        with connections["boss"].cursor() as cursor:
            cursor.execute(UPDATE, [said["amount"], said["id"]])
        return HttpResponse(b'{"done": true}', content_type="application/json", status=201)
