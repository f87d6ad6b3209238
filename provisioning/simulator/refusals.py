"""How the simulated network says no: one exception, shaped as TM Forum's Error."""


class Refusal(Exception):
    """Raised instead of acting; `status` is HTTP's, `code` is stable and meant for programs."""

    status = 400

    def __init__(self, code: str, reason: str, message: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.message = message or reason

    def as_error(self) -> dict[str, str]:
        return {
            "@type": "Error",
            "code": self.code,
            "reason": self.reason,
            "message": self.message,
            "status": str(self.status),
        }


class Malformed(Refusal):
    """What was sent cannot be understood."""


class Unknown(Refusal):
    """Nothing here has that name."""

    status = 404
