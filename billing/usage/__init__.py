"""话单: usage on its way in. README.md tells the doors, the files and what rating finds."""

from billing.usage.ending import end_loading
from billing.usage.finding import Which, list_batches, list_quarantined, list_usage
from billing.usage.mending import (
    Retried,
    correct_quarantined,
    discard_quarantined,
    retry_quarantined,
)
from billing.usage.receiving import load_some, open_batch, receive_file
from billing.usage.recording import Said, collecting_batch, record_usage, seal_batches
from billing.usage.refusals import (
    FileGone,
    FileRefused,
    QuarantineUnknown,
    ReasonMissing,
    UsageKeyTaken,
    UsageRefused,
)

__all__ = [
    "FileGone",
    "FileRefused",
    "QuarantineUnknown",
    "ReasonMissing",
    "Retried",
    "Said",
    "UsageKeyTaken",
    "UsageRefused",
    "Which",
    "collecting_batch",
    "correct_quarantined",
    "discard_quarantined",
    "end_loading",
    "list_batches",
    "list_quarantined",
    "list_usage",
    "load_some",
    "open_batch",
    "receive_file",
    "record_usage",
    "retry_quarantined",
    "seal_batches",
]
