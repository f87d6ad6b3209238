"""What Celery workers do for billing."""

from billing.tasks import bill_run as bill_run
from billing.tasks import ledger as ledger
from billing.tasks import payments as payments
from billing.tasks import prepaid as prepaid
from billing.tasks import rating as rating
from billing.tasks import usage as usage
