"""TMF640 Service Activation and Configuration, as every element of ours speaks it."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from provisioning.adapters.base import Answer, Done, Unreachable
from provisioning.adapters.http import Element, Refusal, refused
from provisioning.values import DesiredState, ElementState

SERVICES = "/tmf-api/ServiceActivationAndConfiguration/v4/service"

_encode = msgspec.json.Encoder().encode


class Tmf640Adapter:
    """An element that takes a Service as the whole desired state of one subscriber."""

    takes_bar: ClassVar[bool] = True

    def __init__(self, code: str, url: str) -> None:
        self.code = code
        self.element = Element(url)

    def configure(self, work_order_no: str, desired: DesiredState) -> Answer:
        """Ask for a state; see ``NetworkAdapter``."""
        body = _encode(self.service(work_order_no, desired))
        status, content = self.element.post(SERVICES, body)
        if isinstance(content, Refusal):
            return refused(self.code, content)
        return self.answer(status, content)

    def look(self, work_order_no: str, remote_id: str) -> Answer:
        """Ask again; an element that works at once has long done it."""
        return Done()

    def list_states(self, offset: int, limit: int) -> list[ElementState]:
        """Return a page of all that the element has, in its own order."""
        page = [("offset", str(offset)), ("limit", str(limit))]
        _, content = self.element.get(SERVICES, page)
        if not isinstance(content, list):
            raise Unreachable("a list was expected")
        return [self._state(one) for one in content]

    def service(self, work_order_no: str, desired: DesiredState) -> dict[str, Any]:
        """Return the desired state as TMF640's Service."""
        characteristics: dict[str, Any] = {
            "version": desired.version,
            "services": list(desired.services),
            "commands": [
                {"service": one.service, "command": one.command, "parameters": one.parameters}
                for one in desired.commands
            ],
        }
        if self.takes_bar:
            characteristics["bar"] = desired.bar
        resources = [
            ("msisdn", desired.msisdn),
            ("iccid", desired.iccid),
            ("line", desired.line),
        ]
        return {
            "@type": "Service",
            "name": desired.subscriber_no,
            "serviceType": self.code,
            "state": "active" if desired.active else "terminated",
            "serviceCharacteristic": [
                {"name": name, "value": value} for name, value in characteristics.items()
            ],
            "supportingResource": [
                {"@referredType": kind, "name": name} for kind, name in resources if name
            ],
            "externalReference": [
                {
                    "externalReferenceType": "workOrder",
                    "id": work_order_no,
                    "name": self.code,
                }
            ],
        }

    def answer(self, status: int, service: dict[str, Any]) -> Answer:
        """Return what a Service that came back means."""
        if not isinstance(service, dict):
            raise Unreachable("an answer that is no Service")
        return Done(overtaken=service.get("applied") is False)

    def _state(self, service: dict[str, Any]) -> ElementState:
        values = {one["name"]: one["value"] for one in service.get("serviceCharacteristic", [])}
        resources = {
            one["@referredType"]: one["name"] for one in service.get("supportingResource", [])
        }
        return ElementState(
            subscriber_no=service["name"],
            element=self.code,
            msisdn=resources.get("msisdn", ""),
            iccid=resources.get("iccid", ""),
            bar=values.get("bar", "none"),
            version=values.get("version", 0),
            services=list(values.get("services", ())),
            state=service["state"],
        )
