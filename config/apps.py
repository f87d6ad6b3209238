from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SanhuConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the current one, and let the consoles know their pages."""
        import_module("config.celery")
        autodiscover_modules("pages")
        import_module("config.system_pages")  # its group stands last in the sidebar
