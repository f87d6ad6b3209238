"""Which model lives in which system's database."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from core.systems import current_console

# A business app lives in one system; framework tables and the seam's own live in every system, so
# that a console process can run with its own system's database alone; sign-on lives at the centre.
HOME = {
    "customers": "default",
    "products": "default",
    "orders": "default",
    "billing": "boss",
    "provisioning": "oss",
    "account": "default",
    "mfa": "default",
    "allauth_idp_oidc": "default",
}
EVERYWHERE = frozenset(
    {"core", "integration", "auth_center", "admin", "auth", "contenttypes", "sessions"}
)


class SystemRouter:
    """Sends each app's tables to its system; what is everywhere follows the present console."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        label = model._meta.app_label
        instance = hints.get("instance")
        if label in EVERYWHERE:
            if instance is not None and instance._state.db:
                return str(instance._state.db)
            return current_console().alias
        return HOME.get(label)

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool | None:
        return obj1._state.db == obj2._state.db

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return app_label in EVERYWHERE or HOME.get(app_label) == db
