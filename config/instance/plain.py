"""An environment for checks that read code and touch no server: types, migrations, settings."""

from __future__ import annotations

import os

from config.instance.environment import INSTANCE_VARIABLES

# Long and varied, so that `check --deploy` judges the settings and not these stand-ins.
_STAND_IN = "stand-in-for-a-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
PLAIN = {
    "SECRET_KEY": _STAND_IN,
    "IDENTITY_KEY": "c3RhbmQtaW4gc3RhbmQtaW4gc3RhbmQtaW4gc3RhbmQ=",
    "IDENTITY_HASH_KEY": "00" * 32,
    **{f"{host}_SECRET": "00" * 32 for host in ("CRM", "BOSS", "OSS", "SSO")},
    "OIDC_PRIVATE_KEY": "",
    "DATABASE_URL": "postgresql:///crm?host=/nowhere",
    "BOSS_DATABASE_URL": "postgresql:///boss?host=/nowhere",
    "OSS_DATABASE_URL": "postgresql:///oss?host=/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def plain_environment(**more: str) -> dict[str, str]:
    """This process's environment with stand-ins for everything an instance would give."""
    outer = {name: v for name, v in os.environ.items() if name not in INSTANCE_VARIABLES}
    return {**outer, **PLAIN, **more}
