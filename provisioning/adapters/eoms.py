"""Operations and maintenance (EOMS): what people must do, by ticket."""

from __future__ import annotations

from typing import Any

from provisioning.adapters.base import Accepted, Answer, Done, Unreachable
from provisioning.adapters.http import Refusal, refused
from provisioning.adapters.tmf640 import SERVICES, Tmf640Adapter

ACCEPTED = 202


class EomsAdapter(Tmf640Adapter):
    """Accepts work and gives it to people; it is done when their ticket is closed."""

    takes_bar = False

    def look(self, work_order_no: str, remote_id: str) -> Answer:
        """Ask whether the ticket is closed; newer work on the same line has overtaken it."""
        _, content = self.element.get(f"{SERVICES}/{remote_id}")
        if isinstance(content, Refusal):
            return refused(self.code, content)
        if work_order_no not in _work_orders(content):
            return Done(overtaken=True)
        return self._standing(content)

    def answer(self, status: int, service: dict[str, Any]) -> Answer:
        """Return ``Accepted`` until the ticket is closed."""
        if status == ACCEPTED:
            return self._standing(service)
        return super().answer(status, service)

    def _standing(self, service: dict[str, Any]) -> Answer:
        try:
            ticket = service["ticket"]
            if ticket["state"] != "open":
                return Done()
            return Accepted(remote_id=str(service["id"]), ticket=str(ticket["id"]))
        except (KeyError, TypeError) as error:
            raise Unreachable("an answer without a ticket") from error


def _work_orders(service: dict[str, Any]) -> set[str]:
    return {str(one.get("id")) for one in service.get("externalReference", [])}
