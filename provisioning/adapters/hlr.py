"""The subscriber register (HLR/HSS): numbers, cards, bars and what the network itself does."""

from __future__ import annotations

from provisioning.adapters.tmf640 import Tmf640Adapter


class HlrAdapter(Tmf640Adapter):
    """Takes everything of a line and has done it when it answers."""
