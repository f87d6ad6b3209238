"""The network as we know it: its elements, what services mean on them, and our lines on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from provisioning.states import Bar, ElementKind, LineState
from provisioning.values import MOBILE


class NetworkElement(models.Model):
    """网元: a system of the network that takes work orders, at ``NETWORK_URL/code`` if not said."""

    code = models.CharField(max_length=20, primary_key=True)
    kind = models.CharField(max_length=8, choices=ElementKind.choices)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    base_url = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=ElementKind.values), name="networkelement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9_-]*$"), name="networkelement_code"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class NetworkService(models.Model):
    """服务功能: something an offering lets the network do; the catalogue's release brings it."""

    code = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=12)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    release_no = models.CharField(max_length=40)
    synced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["resource", "function", "content"]),
                name="networkservice_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ServiceCommand(models.Model):
    """What a service means on one network element: which command, with which parameters."""

    service = models.ForeignKey(NetworkService, models.CASCADE, related_name="commands")
    element = models.ForeignKey(NetworkElement, models.PROTECT, related_name="commands")
    command = models.CharField(max_length=40)
    parameters: Any = models.JSONField(default=dict, blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "element", "position"], name="servicecommand_position"
            ),
            models.CheckConstraint(condition=~Q(command=""), name="servicecommand_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} > {self.element_id}: {self.command}"


class Line(models.Model):
    """线路: one subscriber's state on the network, as the network has confirmed it.

    A mobile line's ``service_number`` is its ``msisdn``; one of another kind (broadband) has
    neither that nor a card. ``version`` is that of the desired state it came from; a confirmation
    of an older one changes nothing.
    """

    subscriber_no = models.CharField(max_length=24, primary_key=True)
    service_kind = models.CharField(max_length=12, default=MOBILE)
    service_number = models.CharField(max_length=40, blank=True, default="")
    msisdn = models.CharField(max_length=11, blank=True)
    iccid = models.CharField(max_length=20, blank=True)
    services = ArrayField(models.CharField(max_length=40), default=list)
    bar = models.CharField(max_length=8, choices=Bar.choices, default=Bar.NONE)
    version = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=LineState.choices)
    changed_at = models.DateTimeField()

    phones: ClassVar = ("service_number", "msisdn")  # see core/masking.py

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["msisdn"],
                condition=Q(state=LineState.ACTIVE) & ~Q(msisdn=""),
                name="line_one_a_number",
            ),
            models.UniqueConstraint(
                fields=["iccid"],
                condition=Q(state=LineState.ACTIVE) & ~Q(iccid=""),
                name="line_one_a_card",
            ),
            models.UniqueConstraint(
                fields=["service_kind", "service_number"],
                condition=Q(state=LineState.ACTIVE) & ~Q(service_kind=MOBILE),
                name="line_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(service_kind=MOBILE, service_number=F("msisdn"))
                | ~Q(service_kind=MOBILE) & Q(msisdn="", iccid=""),
                name="line_numbered_by_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state=LineState.ACTIVE) | ~Q(service_number=""),
                name="line_active_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LineState.values), name="line_state_known"
            ),
            models.CheckConstraint(condition=Q(bar__in=Bar.values), name="line_bar_known"),
            models.CheckConstraint(condition=Q(version__gte=0), name="line_version"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_no} ({self.service_number})"
