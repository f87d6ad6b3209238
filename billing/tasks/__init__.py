"""What Celery workers do for billing."""
