"""How the customer on the page is reached."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from auth_center.actors import Actor
from customers.pages import words
from customers.pages.words import worded
from customers.picturing import get_customer

Content = dict[str, Any]


def fill_contacts(actor: Actor, customer_no: str, query: QueryDict) -> Content:
    """Show how the customer is reached, as channels and clerks have written it."""
    media = get_customer(actor, customer_no).contact_medium
    rows = [_contact(one) for one in media if isinstance(one, dict)]
    return {"rows": [row for row in rows if row["value"]]}


def _contact(medium: Content) -> Content:
    kind = str(medium.get("mediumType") or "")
    folded = "".join(letter for letter in kind.lower() if letter.isalnum())
    values = medium.get("characteristic")
    known = values if isinstance(values, dict) else {}
    texts = [
        str(value)
        for key, value in known.items()
        if isinstance(value, str | int) and key not in ("@type", "contactType", "@baseType")
    ]
    return {
        "kind": worded(words.CONTACTS, folded) if folded in words.CONTACTS else kind,
        "value": ", ".join(texts),
        "preferred": medium.get("preferred") is True,
    }
