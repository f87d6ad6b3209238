"""What every door of the simulator shares: JSON, refusals as TM Forum errors, pages."""

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from provisioning.simulator.network import Network
from provisioning.simulator.refusals import Malformed, Refusal

T = TypeVar("T")

NETWORK = web.AppKey("network", Network)
NATURAL = re.compile(r"[0-9]{1,9}", re.ASCII)
LONGEST_PAGE = 1000

_encode = msgspec.json.Encoder().encode


def reply(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON."""
    return web.Response(
        body=_encode(body), status=status, headers=headers, content_type="application/json"
    )


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without a word, as a crashed element would."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@web.middleware
async def refuse_politely(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, and what the web server itself refuses, into TM Forum errors."""
    try:
        return await handler(request)
    except Refusal as refused:
        return reply(refused.as_error(), refused.status)
    except web.HTTPException as refused:
        error = Refusal(refused.reason.lower().replace(" ", "_"), refused.reason)
        headers = {"Allow": refused.headers["Allow"]} if "Allow" in refused.headers else None
        return reply(error.as_error() | {"status": str(refused.status)}, refused.status, headers)
    except OSError as refused:
        error = Refusal("disk_unavailable", "The element's disk does not answer", str(refused))
        return reply(error.as_error() | {"status": "503"}, 503)


async def read_body(request: web.Request) -> bytes:
    """The request's body; refuses as Malformed one that is broken on the way."""
    try:
        return await request.read()
    except web.HTTPException:
        raise
    except (web.RequestPayloadError, ValueError) as refused:
        raise Malformed("malformed_body", "The body cannot be read", str(refused)) from None


class Page(Struct, frozen=True):
    """Which part of a list is wanted, and the query's other parameters."""

    offset: int
    limit: int
    filters: dict[str, list[str]]

    @classmethod
    def of(cls, request: web.Request, *filters: str) -> "Page":
        """Read the query; refuses as Malformed what is unknown and a limit that is no number."""
        query = request.query
        unknown = set(query) - {"offset", "limit", *filters}
        if unknown:
            raise Malformed("unknown_parameter", f"Unknown parameter {min(unknown)}")
        for name in ("offset", "limit"):
            if not NATURAL.fullmatch(query.get(name, "0")):
                raise Malformed("invalid_parameter", f"{name} must be a natural number")
        return cls(
            offset=int(query.get("offset", "0")),
            limit=min(int(query.get("limit", "100")), LONGEST_PAGE),
            filters={name: query.getall(name, []) for name in filters},
        )

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        return rows[self.offset : self.offset + self.limit]

    def counts(self, total: int, shown: int) -> dict[str, str]:
        return {"X-Total-Count": str(total), "X-Result-Count": str(shown)}
