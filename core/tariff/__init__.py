"""What CRM and BOSS both know of a tariff's rules: how people write them, how a machine holds them."""

from core.tariff.rules import (
    MEASURE,
    Price,
    Report,
    advertised_price,
    computable,
    digest,
    spelled,
)

__all__ = ["MEASURE", "Price", "Report", "advertised_price", "computable", "digest", "spelled"]
