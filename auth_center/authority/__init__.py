"""Who decides what an operator may do: each system by itself, or the centre (鉴权分散 / 集中)."""

from auth_center.authority.base import Authority, Standing
from auth_center.authority.centralized import CENTRALIZED, CentreSilent
from auth_center.authority.choice import authority, present_scheme, standing_of

__all__ = [
    "CENTRALIZED",
    "Authority",
    "CentreSilent",
    "Standing",
    "authority",
    "present_scheme",
    "standing_of",
]
