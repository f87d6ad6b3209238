"""How an element can be told to misbehave."""

from typing import Annotated, Literal, Self

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from provisioning.simulator.desired import Desired, Text
from provisioning.simulator.refusals import Malformed, Refusal

Mode = Literal["ok", "slow", "refuse", "drop_before", "drop_after", "down"]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class RefusedByElement(Refusal):
    """The element was told to refuse."""

    status = 422


class Fault(Struct, frozen=True):
    """One way to misbehave, after waiting `delay_ms`.

    It hits the next `count` work orders (None: all), and only subscribers whose number or msisdn
    contains `match`.
    """

    mode: Mode = "ok"
    delay_ms: Milliseconds = 0
    count: Annotated[int, Meta(ge=1)] | None = None
    match: Text | None = None

    def __post_init__(self) -> None:
        if self.mode == "slow" and not self.delay_ms:
            raise ValueError("slow needs a delay_ms above 0")

    def concerns(self, desired: Desired) -> bool:
        if self.match is None:
            return True
        return any(self.match in each for each in (desired.name, *desired.msisdns))

    def after_one_call(self) -> "Fault":
        """What is left of this fault once it has hit a call."""
        if self.count is None:
            return self
        return msgspec.structs.replace(self, count=self.count - 1) if self.count > 1 else Fault()


class Setting(Struct, frozen=True, forbid_unknown_fields=True):
    """What PUT /control/{element} takes: a whole fault; `eoms_seconds` left out stays as it was."""

    mode: Mode
    delay_ms: Milliseconds = 0
    count: Annotated[int, Meta(ge=1)] | None = None
    match: Text | None = None
    eoms_seconds: Seconds | UnsetType | None = UNSET

    @classmethod
    def from_stated(cls, stated: object) -> Self:
        """Check what was sent; refuses as Malformed, naming the field."""
        try:
            setting = msgspec.convert(stated, cls)
            setting.fault()
        except (msgspec.ValidationError, ValueError) as refused:
            raise Malformed(
                "invalid_setting", "The setting is not well formed", str(refused)
            ) from None
        return setting

    def fault(self) -> Fault:
        return Fault(self.mode, self.delay_ms, self.count, self.match)
