"""What the network must do; how it does it is provisioning's to know."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from products.models.forms import CODE, DIGEST
from products.states import ServiceKind


class Service(models.Model):
    """服务: what the network must do, and on which elements; how is provisioning's to know.

    ``commands_digest`` marks the commands that provisioning holds, so that both can be compared.
    """

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=ServiceKind.choices)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    resource = models.CharField(max_length=40, blank=True, default="")
    provider = models.CharField(max_length=200, blank=True, default="")
    elements = ArrayField(models.CharField(max_length=20), blank=True, default=list)
    commands_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=CODE), name="service_code_form"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="service_has_names"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ServiceKind.values), name="service_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.RESOURCE) & ~Q(resource="")
                | ~Q(kind=ServiceKind.RESOURCE) & Q(resource=""),
                name="service_resource_names_one",
            ),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.CONTENT) & ~Q(provider="")
                | ~Q(kind=ServiceKind.CONTENT) & Q(provider=""),
                name="service_content_has_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(elements__len__gt=0) | Q(commands_digest=""),
                name="service_has_an_element",
            ),
            models.CheckConstraint(
                condition=Q(commands_digest="") | Q(commands_digest__regex=DIGEST),
                name="service_commands_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"
