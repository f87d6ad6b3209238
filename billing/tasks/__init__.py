"""What Celery workers do for billing."""

from billing.tasks import bill_run as bill_run
from billing.tasks import rating as rating
