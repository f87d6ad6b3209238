"""Submitting what a channel sent: once for its external id, waiting where asked and possible."""

from __future__ import annotations

from collections.abc import Callable

from core.tmf import Answer, Context
from orders import waiting
from orders.models import CustomerOrder
from orders.values import Submission


def submit(
    context: Context,
    accept: Callable[[Submission], CustomerOrder],
    made: Callable[[CustomerOrder], str],
) -> Answer:
    """Return the answer to a create: ``accept`` submits, ``made`` names what the order made.

    A request that wants to wait gets a seat if one is free, and is answered at once otherwise.
    """
    with waiting.seat(wanted=context.wait is not None and not context.respond_async) as seated:
        order = accept(
            Submission(
                external_id=context.external_id or "",
                fingerprint=context.fingerprint,
                mode="sync" if seated else "async",
            )
        )
        if seated:
            waiting.wait_for(order, context.wait or 0)
    return Answer(made(order), status=201, preferred=seated or context.respond_async)
