"""The Celery application: one queue a system (``crm``, ``boss``, ``oss``)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, heartbeat_sent, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("sanhu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_queues: list[str] = []


@celeryd_after_setup.connect
def know_queues(instance: Any, **_: Any) -> None:
    """Keep in mind which queues this worker serves."""
    _queues[:] = instance.app.amqp.queues.consume_from


@heartbeat_sent.connect
def tell_alive(**_: Any) -> None:
    """Say every few seconds that this worker is there."""
    from integration import pulse

    for queue in _queues:
        pulse.beat("worker", queue)


@task_prerun.connect
def begin_afresh(**_: Any) -> None:
    """Let go of connections that broke since: the database may have been away meanwhile."""
    from integration.connection import let_go_of_what_broke

    let_go_of_what_broke()
