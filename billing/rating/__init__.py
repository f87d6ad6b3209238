"""批价: what usage costs.

``rate_batch`` rates what came in together, ``rate_records`` a few records at once in the caller's
transaction, ``rate_set`` says what a set of uses would cost now and keeps nothing; all three by
the same statements. ``explain`` says in words how a price came about.
"""

from billing.rating.batches import rate_batch
from billing.rating.explaining import explain
from billing.rating.parts import Outcome
from billing.rating.resuming import resume_batch
from billing.rating.sets import Priced, Use, rate_records, rate_set

__all__ = [
    "Outcome",
    "Priced",
    "Use",
    "explain",
    "rate_batch",
    "rate_records",
    "rate_set",
    "resume_batch",
]
