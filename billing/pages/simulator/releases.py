"""What sample customers would pay under a release, beside what they pay now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.consoles import actor_of
from billing.pages.simulator.shown import shown_offerings
from billing.pages.simulator.standing import last_simulation, may_simulate
from billing.selectors import get_release
from billing.simulator.drafts import digest_of
from billing.simulator.releasing import simulate_release
from billing.simulator.samples import samples
from core.console import render_page, said
from core.errors import DomainError


def show(request: HttpRequest, release_no: str) -> HttpResponse:
    """The last result of a release, and whether it holds for the rules as they are."""
    release = get_release(release_no)
    last = last_simulation(release)
    return render_page(
        request,
        "billing/simulator/release.html",
        title=said(f"账单模拟 {release_no}", f"Simulated bills of {release_no}"),
        release=release,
        last=last,
        holds=last is not None and last.digest == digest_of(release),
        may=may_simulate(request, release),
        samples=[{"name": said(*one.name), "about": said(*one.about)} for one in samples()],
        offerings=shown_offerings(last.result, release.currency) if last else [],
        left_out=last.result["left_out"] if last else [],
    )


def simulate(request: HttpRequest, release_no: str) -> HttpResponse:
    """Reckon it anew."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        simulate_release(release_no=release_no, actor=actor_of(request), at=timezone.now())
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect(reverse("boss:release_configure", args=[release_no]))
    return redirect(reverse("boss:release_simulation", args=[release_no]))
