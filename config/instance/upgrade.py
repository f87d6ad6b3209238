"""Bring databases and static files up to the present code, in one process.

    python -m config.instance.upgrade

Needs an instance's environment; prints a line a step.
"""

from __future__ import annotations

import hashlib

from config.instance.layout import ROOT

DATABASES = {"crm": "default", "boss": "boss", "oss": "oss"}
OTHERS = ("requirements.txt", "config/settings.py", "config/routers.py")


def code_fingerprint() -> str:
    """Changes when a migration, a static file, a setting or an installed package changes."""
    digest = hashlib.sha256()
    apps = [path.parent for path in sorted(ROOT.glob("*/apps.py"))]
    for path in [
        *(path for app in apps for path in sorted(app.rglob("migrations/*.py"))),
        *(path for app in [ROOT, *apps] for path in sorted(app.glob("static/**/*"))),
        *(ROOT / other for other in OTHERS),
    ]:
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Migrate every database and collect the static files."""
    import django
    from django.core.management import call_command

    django.setup()
    for system, alias in DATABASES.items():
        print(f"migrating {system}", flush=True)
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    print("collecting static files", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
