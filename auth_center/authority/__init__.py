"""Who decides what an operator may do: each system by itself, or the centre (鉴权分散 / 集中)."""

from auth_center.authority.base import Authority
from auth_center.authority.choice import authority, present_scheme

__all__ = ["Authority", "authority", "present_scheme"]
