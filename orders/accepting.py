"""What every acceptance begins with: the flow's context, its number and its first arrow."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from auth_center.actors import Actor
from core import numbers
from core.systems import System
from integration.context import FlowContext
from integration.flow import Flow, flow_named
from orders.values import Submission


def flow_context(flow: Flow, submission: Submission, actor: Actor, at: datetime) -> FlowContext:
    """Return the context of a flow that starts now, under the settings in force; no number yet."""
    return FlowContext(
        system=System.CRM,
        flow=flow.name,
        flow_no="",
        mode=submission.mode,
        settings={
            "STATUS_MASTER": settings.STATUS_MASTER,
            "AUTHORIZATION": settings.AUTHORIZATION,
        },
        actor=actor.stamp(),
        at=at,
    )


def give_number(context: FlowContext) -> None:
    """Give the flow its number, and note its first arrow."""
    [context.flow_no] = numbers.issue(System.CRM, numbers.FLOW)
    context.step("portal", "crm", flow_named(context.flow).request)
