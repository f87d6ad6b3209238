"""What a worker does when the relay hands it messages."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core.systems import System
from integration import inbox, proof
from integration.connection import let_go_if_broken

log = logging.getLogger(__name__)

# A queue may be long and a worker away; a message that is heard again does nothing twice.
QUEUED_SECONDS = 24 * 3600


@shared_task(name="integration.receive")
def receive_messages(receiver: str, sender: str, messages: list[Any], signature: str) -> None:
    """Let ``receiver`` act on ``messages``: a list of [seq, envelope text], proven by ``sender``.

    When the receiver's database does not answer nothing is lost: the sender, who gets no
    confirmation, sends again.
    """
    try:
        proof.check(sender, _content(messages), signature, valid_seconds=QUEUED_SECONDS)
    except proof.ProofRefused:
        log.error("messages for %s that claim to come from %s were refused", receiver, sender)
        return
    received = [inbox.Received(seq=seq, body=body) for seq, body in messages]
    try:
        inbox.receive(System(receiver), received, clock=timezone.now)
    except (OperationalError, InterfaceError) as error:
        log.warning("%s did not answer, %d messages come again: %s", receiver, len(messages), error)
        let_go_if_broken(System(receiver))


@shared_task(name="integration.drain")
def drain_subject(receiver: str, sender: str, subject: str, attempts: int | None = None) -> None:
    """Let ``receiver`` act on what it keeps of a subject and what is due; see ``inbox.drain``.

    When the receiver's database does not answer, the relay says again that it is due.
    """
    try:
        inbox.drain(System(receiver), sender, subject, clock=timezone.now, attempts=attempts)
    except (OperationalError, InterfaceError) as error:
        log.warning("%s did not answer, %s waits: %s", receiver, subject, error)
        let_go_if_broken(System(receiver))


def deliver(receiver: System, sender: System, messages: list[list[Any]], producer: Any) -> None:
    """Hand ``messages`` to the receiver's queue with a fresh proof; raise if the broker is down."""
    options: dict[str, Any] = {"argsrepr": f"{len(messages)} messages from {sender}"}
    receive_messages.apply_async(
        args=(str(receiver), str(sender), messages, proof.prove(sender, _content(messages))),
        queue=receiver.queue,
        producer=producer,
        retry=False,
        **options,
    )


def _content(messages: list[Any]) -> str:
    return "\n".join(f"{seq} {body}" for seq, body in messages)
