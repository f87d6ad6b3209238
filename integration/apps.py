from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class IntegrationConfig(AppConfig):
    name = "integration"
    verbose_name = "系统互联"

    def ready(self) -> None:
        """Load every app's handlers and flows, so that each message finds who hears it."""
        import_module("integration.trace")
        import_module("integration.reading")
        import_module("integration.letters")
        import_module("integration.connections")
        for config in apps.get_app_configs():
            for part in ("permissions", "handlers", "systems", "flows"):
                if find_spec(f"{config.name}.{part}"):
                    import_module(f"{config.name}.{part}")
