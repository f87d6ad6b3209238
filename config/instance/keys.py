"""The secrets of an instance, made once at its first start and kept in ``secrets.json``."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from config.instance.files import Lock, changing, read_json, write_json
from config.instance.layout import Layout


def _signing_key() -> str:
    """An RSA key in PEM, its line breaks written as ``\\n`` so that it fits a variable."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode().strip().replace("\n", "\\n")


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "IDENTITY_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "IDENTITY_HASH_KEY": lambda: secrets.token_hex(32),
    "CRM_SECRET": lambda: secrets.token_hex(32),
    "BOSS_SECRET": lambda: secrets.token_hex(32),
    "OSS_SECRET": lambda: secrets.token_hex(32),
    "SSO_SECRET": lambda: secrets.token_hex(32),
    "OIDC_PRIVATE_KEY": _signing_key,
    "CRM_CONSOLE_SECRET": lambda: secrets.token_urlsafe(32),
    "BOSS_CONSOLE_SECRET": lambda: secrets.token_urlsafe(32),
    "OSS_CONSOLE_SECRET": lambda: secrets.token_urlsafe(32),
    "DEMO_PASSWORD": lambda: secrets.token_urlsafe(9),
    "DEMO_CLIENT_SECRET": lambda: secrets.token_urlsafe(32),
    "BROKER_PASSWORD": lambda: secrets.token_urlsafe(24),
}
# What every process of one instance must share, also those on other machines.
SHARED = ("SECRET_KEY", "IDENTITY_KEY", "IDENTITY_HASH_KEY", "OIDC_PRIVATE_KEY")
# By which a console proves itself to the centre: the centre needs all of them, a console its own.
CONSOLES = ("CRM_CONSOLE_SECRET", "BOSS_CONSOLE_SECRET", "OSS_CONSOLE_SECRET")
# What is changed from time to time while everything runs; a process needs those of what it hosts.
CHANGED = ("CRM_SECRET", "BOSS_SECRET", "OSS_SECRET", "SSO_SECRET", "OIDC_PRIVATE_KEY")
IN_USE_SECONDS = 2 * 3600  # a token lives for one hour
PEM_END = "-----END PRIVATE KEY-----"


def secrets_of(layout: Layout) -> dict[str, str]:
    """Every secret of the instance by the name of its variable; makes those that are missing."""
    found = read_json(layout.secrets_file)
    if found.keys() >= MAKERS.keys():
        return found
    with Lock(layout.run / "secrets.lock").exclusive():
        found = read_json(layout.secrets_file)
        for name, make in MAKERS.items():
            if name not in found:
                found[name] = make()
        write_json(layout.secrets_file, found, mode=0o600)
    return found


def change_keys(
    file: str, names: Iterable[str], *, retire: bool, at_once: bool
) -> tuple[list[str], list[str]]:
    """Put a new key before the present one, or (``retire``) let the newest alone count.

    Returns the names of those changed, and of those whose former key may still be in use: changed
    less than two hours ago, and left alone unless ``at_once``.
    """
    path, changed, too_soon = Path(file), [], []
    at = path.with_name("keys-changed.json")
    with changing(path, mode=0o600) as keys, changing(at) as changed_at:
        for name in names:
            if not at_once and time.time() - changed_at.get(name, 0.0) < IN_USE_SECONDS:
                too_soon.append(name)
                continue
            newest, between = _newest(keys[name])
            keys[name] = newest if retire else f"{MAKERS[name]()}{between}{newest}"
            changed_at[name] = time.time()
            changed.append(name)
    return changed, too_soon


def _newest(value: str) -> tuple[str, str]:
    """The first of the keys a variable holds, and what stands between two of them."""
    if "-----BEGIN" in value:
        return f"{value.partition(PEM_END)[0]}{PEM_END}", "\\n"
    return value.partition(",")[0], ","
