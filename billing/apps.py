from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from billing.reference import write_reference_rows


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "计费账务"

    def ready(self) -> None:
        """Write the chart of accounts and the like after each migration."""
        post_migrate.connect(write_reference_rows, sender=self)
