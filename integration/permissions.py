"""What a person may do with messages; ``auth_center`` registers these names."""

from __future__ import annotations

RESEND_LETTER = "integration.resend_letter"
SKIP_LETTER = "integration.skip_letter"
