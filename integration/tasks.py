"""What a worker does when the relay hands it messages."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from celery import shared_task
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from core.systems import System
from integration import connections, forged, inbox, proof
from integration.connection import let_go_if_broken

log = logging.getLogger(__name__)

# A queue may be long and a worker away; a message that is heard again does nothing twice.
QUEUED_SECONDS = 24 * 3600


@shared_task(name="integration.receive")
def receive_messages(receiver: str, sender: str, messages: list[Any], signature: str) -> None:
    """Let ``receiver`` act on ``messages``: a list of [seq, envelope text], proven by ``sender``.

    When the receiver's database does not answer nothing is lost: the sender, who gets no
    confirmation, sends again. So it does with a renewed proof when this one's time is over; only
    what is forged, or speaks for another system, ends as a dead letter.
    """
    try:
        received = _proven(receiver, sender, messages, signature)
        inbox.receive(System(receiver), received, clock=timezone.now)
    except proof.ProofExpired:
        log.info("%s from %s waited too long, they come again", len(messages), sender)
    except proof.ProofRefused as refusal:
        _keep(receiver, sender, messages, refusal)
    except (OperationalError, InterfaceError) as error:
        log.warning("%s did not answer, %d messages come again: %s", receiver, len(messages), error)
        let_go_if_broken(System(receiver))


@shared_task(name="integration.drain")
def drain_subject(
    receiver: str, sender: str, subject: str, attempts: int | None = None, word: str = ""
) -> None:
    """Let ``receiver`` act on what it keeps of a subject and what is due; see ``inbox.drain``.

    It says nothing but that something is due: what is acted on was proven when it was put into
    the inbox. Yet each try is counted, and too many make a letter dead; so only the receiver's own
    relay may say it, by its word, for the try it has seen to be due. Said again it uses up no
    other.
    When the receiver's database does not answer, the relay says again that it is due.
    """
    if not _is_due(receiver, sender, subject, attempts, word):
        log.warning("nobody of %r has said that %r of %r is due", receiver, subject, sender)
        return
    try:
        inbox.drain(System(receiver), sender, subject, clock=timezone.now, attempts=attempts)
    except (OperationalError, InterfaceError) as error:
        log.warning("%s did not answer, %s waits: %s", receiver, subject, error)
        let_go_if_broken(System(receiver))


def wake(receiver: System, sender: str, subject: str, attempts: int, producer: Any) -> None:
    """Tell the receiver's own workers that something is due there; raise if the broker is down."""
    word = proof.own_word(receiver, _due(receiver, sender, subject, attempts))
    drain_subject.apply_async(
        args=(str(receiver), sender, subject, attempts, word),
        queue=receiver.queue,
        producer=producer,
        retry=False,
    )


def deliver(receiver: System, sender: System, messages: list[list[Any]], producer: Any) -> None:
    """Hand ``messages`` to the receiver's queue with a fresh proof; raise if the broker is down.

    Raises ``Unconnected`` where ``sender`` has no connection to prove itself with.
    """
    connection = connections.find(sender, receiver)
    if connection is None:
        raise connections.Unconnected(receiver)
    options: dict[str, Any] = {"argsrepr": f"{len(messages)} messages from {sender}"}
    receive_messages.apply_async(
        args=(str(receiver), str(sender), messages, proof.prove(connection, _content(messages))),
        queue=receiver.queue,
        producer=producer,
        retry=False,
        **options,
    )


class _Address(msgspec.Struct, frozen=True):
    """Of an envelope, who says so to whom."""

    sender: str
    receiver: str


def _proven(receiver: str, sender: str, messages: list[Any], said: str) -> list[inbox.Received]:
    """Return what ``sender`` has proven to say to ``receiver``; raise ``ProofRefused``."""
    try:
        proof.check(
            sender, System(receiver), _content(messages), said, valid_seconds=QUEUED_SECONDS
        )
        for _, body in messages:
            address = msgspec.json.decode(body, type=_Address)
            if (address.sender, address.receiver) != (sender, receiver):
                raise proof.ProofRefused
    except (TypeError, ValueError, AttributeError, msgspec.DecodeError):
        raise proof.ProofRefused from None
    return [inbox.Received(seq=seq, body=body) for seq, body in messages]


def _is_due(receiver: Any, sender: Any, subject: Any, attempts: Any, word: Any) -> bool:
    if receiver not in tuple(System) or not isinstance(word, str) or attempts is None:
        return False
    said = _due(receiver, sender, subject, attempts)
    return proof.is_own_word(System(receiver), said, word)


def _due(receiver: Any, sender: Any, subject: Any, attempts: Any) -> str:
    return repr((str(receiver), sender, subject, attempts))


def _keep(receiver: str, sender: str, messages: list[Any], refusal: proof.ProofRefused) -> None:
    try:
        forged.keep_delivery(receiver, sender, messages, refusal.en, at=timezone.now())
    except DatabaseError as error:
        log.warning("%s did not answer, a forged delivery is not kept: %s", receiver, error)


def _content(messages: list[Any]) -> str:
    return "\n".join(f"{seq} {body}" for seq, body in messages)
