"""The service platform (DSMP): content services of the operator and of others."""

from __future__ import annotations

from provisioning.adapters.tmf640 import Tmf640Adapter


class DsmpAdapter(Tmf640Adapter):
    """Knows subscribers by number; it never hears of cards."""
