"""The last step of a start: everything answers, so say where and with which sign-in."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

TOKEN_PATH = "/identity/o/api/token"


def demo_document(base_url: str, loaded: dict[str, Any]) -> dict[str, Any]:
    """The content of ``demo.json`` from what ``manage.py load_demo`` printed."""
    channel = {"token_url": base_url + TOKEN_PATH, **loaded["channel"]}
    return {
        "base_url": base_url,
        "operators": loaded["operators"],
        "channel": channel,
        "main_offering": loaded["main_offering"],
    }


def is_healthy(base_url: str) -> bool:
    """Whether ``/health/`` says that every part is well."""
    try:
        with urllib.request.urlopen(f"{base_url}/health/", timeout=5) as answer:
            return bool(json.load(answer).get("status") == "ok")
    except (OSError, ValueError):
        return False


def answers(url: str) -> bool:
    """Whether something is there."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def gets_token(channel: dict[str, Any]) -> bool:
    """Whether the demo channel can sign in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": channel["client_id"],
        "client_secret": channel["client_secret"],
        "scope": channel["scope"],
    }
    request = urllib.request.Request(
        channel["token_url"], data=urllib.parse.urlencode(form).encode()
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bool(json.load(answer).get("access_token"))
    except (OSError, ValueError):
        return False


def everything_answers(document: dict[str, Any], *, address: str, network: str) -> bool:
    """Whether network, health and sign-in are well at the address this machine uses."""
    channel = dict(document["channel"], token_url=address + TOKEN_PATH)
    return answers(f"{network}/health") and is_healthy(address) and gets_token(channel)


def welcome(document: dict[str, Any]) -> str:
    """What a person at the terminal wants to know."""
    lines = [f"Sanhu is ready at {document['base_url']}/", ""]
    lines += [
        f"  sign in as {o['username']:<12} password {o['password']}   ({o['role']})"
        for o in document["operators"]
    ]
    lines += ["", "  Ctrl-C stops it; what it has been told stays in the data folder."]
    return "\n".join(lines)
