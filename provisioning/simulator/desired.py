"""The whole desired state of one subscriber on one element, as a work order states it."""

from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta, Struct, field

from provisioning.simulator.refusals import Malformed

Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
Version = Annotated[int, Meta(ge=0, le=2**63 - 1)]

KNOWN_CHARACTERISTICS: dict[str, Any] = {
    "bar": Literal["none", "outgoing", "both"],
    "version": Version,
    "services": list[Text],
}

EXCLUSIVE = ("msisdn", "iccid")
"""Kinds of resource that serve one subscriber at a time."""


class Characteristic(Struct, frozen=True):
    """One named value; `bar`, `version` and `services` are understood, others only kept."""

    name: Text
    value: Any

    def __post_init__(self) -> None:
        if self.name in KNOWN_CHARACTERISTICS:
            msgspec.convert(self.value, KNOWN_CHARACTERISTICS[self.name])


class SupportingResource(Struct, frozen=True):
    """A number, card, port or line that the service stands on."""

    kind: Text = field(name="@referredType")
    name: Text


class ExternalReference(Struct, frozen=True):
    """The asking side's own name for something; the work order's makes a call repeatable."""

    kind: Text = field(name="externalReferenceType")
    id: Text


class Desired(Struct, frozen=True):
    """TMF640's Service as far as an element understands it; `stated` is all that was sent."""

    name: Text
    state: Literal["active", "terminated"]
    references: list[ExternalReference] = field(name="externalReference")
    service_type: Text | None = field(name="serviceType", default=None)
    characteristics: list[Characteristic] = field(name="serviceCharacteristic", default=[])
    resources: list[SupportingResource] = field(name="supportingResource", default=[])

    @classmethod
    def from_stated(cls, stated: object, element: str) -> Self:
        """Check what a client stated to `element`; refuses as Malformed, naming the field."""
        try:
            desired = msgspec.convert(stated, cls)
        except msgspec.ValidationError as refused:
            raise Malformed(
                "invalid_service", "The service is not well formed", str(refused)
            ) from None
        names = [each.name for each in desired.characteristics]
        if len(names) != len(set(names)):
            raise Malformed("repeated_characteristic", "A characteristic is stated twice")
        if len([each for each in desired.references if each.kind == "workOrder"]) != 1:
            raise Malformed("work_order_missing", "Exactly one workOrder reference must be stated")
        if desired.service_type not in (None, element):
            raise Malformed("wrong_element", f"This element is {element}, not that service's")
        return desired

    @property
    def reference(self) -> str:
        """The work order's number."""
        return next(each.id for each in self.references if each.kind == "workOrder")

    @property
    def version(self) -> int | None:
        """The version of the subscriber's reasons that this state was made from."""
        return next((each.value for each in self.characteristics if each.name == "version"), None)

    @property
    def msisdns(self) -> list[str]:
        return [each.name for each in self.resources if each.kind == "msisdn"]

    @property
    def held(self) -> list[str]:
        """Resources nobody else may have meanwhile, as `kind:name`; none once terminated."""
        if self.state == "terminated":
            return []
        exclusive = (each for each in self.resources if each.kind in EXCLUSIVE)
        return list(dict.fromkeys(f"{each.kind}:{each.name}" for each in exclusive))

    def means_the_same_as(self, other: Self) -> bool:
        """Whether both ask for the same thing, in whatever order they say it."""
        return self._meaning() == other._meaning()

    def _meaning(self) -> object:
        values = {each.name: _unordered(each.value) for each in self.characteristics}
        return self.name, self.state, values, {(each.kind, each.name) for each in self.resources}


def _unordered(value: object) -> object:
    return sorted(value, key=repr) if isinstance(value, list) else value


def read_json(body: bytes) -> Any:
    """Decode a request's body; refuses as Malformed whatever is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as refused:
        raise Malformed("malformed_json", "The body is not JSON", str(refused)) from None
