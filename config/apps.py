from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SanhuConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the current one, in whichever process Django runs."""
        import_module("config.celery")
