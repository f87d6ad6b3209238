"""The seam's own tables, one set in every system's database."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from integration.states import InboxStatus, LetterDeed


class OutboxMessage(models.Model):
    """A message this system has to say; written in the transaction that made it true.

    ``seq`` numbers the messages of one subject to one receiver without a gap: the receiver acts
    on them in that order. ``received_at`` is set once the receiver has said that it has it.
    """

    id = models.UUIDField(primary_key=True)
    receiver = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    name = models.CharField(max_length=60)
    flow_no = models.CharField(max_length=24)
    clock = models.IntegerField()
    body: Any = models.JSONField()
    note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)

    texts: ClassVar = ("body",)  # see core/masking.py

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["receiver", "subject", "seq"], name="outbox_subject_in_order"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="outbox_unsent", condition=models.Q(sent_at=None)
            ),
            models.Index(
                fields=["next_attempt_at"],
                name="outbox_unconfirmed",
                condition=models.Q(received_at=None, sent_at__isnull=False),
            ),
            models.Index(fields=["flow_no"], name="outbox_flow"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class OutboxStream(models.Model):
    """The last sequence number given to one subject's messages to one receiver."""

    pk = models.CompositePrimaryKey("receiver", "subject")
    receiver = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    last_seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.receiver} {self.subject}"


class InboxMessage(models.Model):
    """A message this system has heard; inserted in the transaction of its effect and its reply.

    One that could not be acted on at once keeps its body here and waits: for the one before it
    (``early``), for a party (``parked``), for another try (``retrying``) or for a person
    (``dead``). The actor is who caused it over there: this system's record of who did it.
    """

    id = models.UUIDField(primary_key=True)
    sender = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    name = models.CharField(max_length=60)
    flow_no = models.CharField(max_length=24)
    status = models.CharField(max_length=10, choices=InboxStatus.choices)
    body: Any = models.JSONField(null=True)
    attempts = models.SmallIntegerField(default=0)
    waiting_for = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=10, blank=True, default="", db_default="")
    actor_number = models.CharField(max_length=60, blank=True, default="", db_default="")
    channel = models.CharField(max_length=60, blank=True, default="", db_default="")
    terminal = models.CharField(max_length=60, blank=True, default="", db_default="")

    texts: ClassVar = ("body", "error")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sender", "subject", "seq"], name="inbox_subject_in_order"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="inbox_due",
                condition=models.Q(done_at=None, next_attempt_at__isnull=False),
            ),
            models.Index(
                fields=["waiting_for"], name="inbox_parked", condition=models.Q(status="parked")
            ),
            models.Index(
                fields=["received_at"], name="inbox_dead", condition=models.Q(status="dead")
            ),
            models.Index(
                fields=["received_at"], name="inbox_open", condition=models.Q(done_at=None)
            ),
            models.Index(fields=["flow_no"], name="inbox_flow"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class LetterDecision(models.Model):
    """What a person did with a message that could not be acted on: who, when, why.

    Rows are only ever added.
    """

    letter = models.ForeignKey(InboxMessage, models.PROTECT, related_name="decisions")
    deed = models.CharField(max_length=10, choices=LetterDeed.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    actor_kind = models.CharField(max_length=10)
    actor_number = models.CharField(max_length=60)
    channel = models.CharField(max_length=40, blank=True, default="")
    terminal = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(deed=LetterDeed.RESENT) | ~models.Q(reason=""),
                name="letterdecision_skipped_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(deed__in=LetterDeed.values), name="letterdecision_deed_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.letter_id}"


class InboxStream(models.Model):
    """Which message of a sender's subject comes next; its row lock keeps a subject in order.

    ``blocked`` says that the next one is here and waits its time; ``highest_seq`` is the highest
    number seen, so that a drain knows whether more is here.
    """

    pk = models.CompositePrimaryKey("sender", "subject")
    sender = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    next_seq = models.BigIntegerField()
    highest_seq = models.BigIntegerField(default=0)
    blocked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.sender} {self.subject}"


class FlowStep(models.Model):
    """An arrow of a flow that no bus message stands for: a data access, a question, an answer."""

    id = models.BigAutoField(primary_key=True)
    flow_no = models.CharField(max_length=24)
    clock = models.IntegerField()
    at = models.DateTimeField()
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=200, blank=True, default="")
    status = models.CharField(max_length=10)

    texts: ClassVar = ("note",)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["flow_no"], name="step_flow")]

    def __str__(self) -> str:
        return f"{self.source} > {self.target}: {self.name}"
