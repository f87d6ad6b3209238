"""What every console shows: who works there, and how its system talks with the others."""

from auth_center.admin import messages, operators

__all__ = ["messages", "operators"]
