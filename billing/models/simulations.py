"""账单模拟: what sample customers would pay under a release that is being configured."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from billing.models.catalogue import Release
from billing.models.columns import json_is


class Simulation(models.Model):
    """账单模拟: the bills of sample customers under a draft, beside those of now.

    It holds for the release's prices as they were: ``digest`` is the mark of their rules.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="simulations")
    digest = models.CharField("规则摘要", max_length=64)
    result: Any = models.JSONField("结果", default=dict)
    at = models.DateTimeField("时间")
    actor_number = models.CharField("操作员", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "账单模拟"
        constraints: ClassVar = [json_is("result", "object", "billing_simulation_result_form")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.at:%Y-%m-%d %H:%M}"
