"""总账核对: what was proven last, and each thing that is wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from kombu.exceptions import OperationalError

from auth_center.consoles import actor_of
from billing import permissions
from billing.ledger.daily import LATE, ask_for_proof
from billing.ledger.proofs import PROOFS
from billing.ledger.proving import last_proof
from billing.models import LedgerProof
from billing.pages.bills.words import moment
from core.ages import age_in_words
from core.console import render_page, render_part, said


def show(request: HttpRequest) -> HttpResponse:
    """Show every proof, how much it looked at, and what it found wrong."""
    actor = actor_of(request)
    return render_page(
        request,
        "billing/ledger/proof.html",
        title=said("总账核对", "Proof of the ledger"),
        may=actor.may(permissions.CLOSE_PERIOD),
        **_found(request),
    )


def show_found(request: HttpRequest) -> HttpResponse:
    """The same without the frame, for a page that waits for a worker."""
    return render_part(request, "billing/ledger/proof_found.html", **_found(request))


def start(request: HttpRequest) -> HttpResponse:
    """Let a worker prove everything now."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    last = last_proof()
    try:
        ask_for_proof(actor=actor_of(request))
    except OperationalError:
        messages.error(
            request, said("消息中间件没有应答, 请稍后再试", "The broker does not answer, try later")
        )
        return redirect("boss:ledger_proof")
    answer = redirect("boss:ledger_proof")
    answer["Location"] += f"?after={last.pk if last else 0}"
    return answer


def _found(request: HttpRequest) -> dict[str, Any]:
    last, at = last_proof(), timezone.now()
    after = request.GET.get("after", "")
    after = after if after.isdecimal() and after.isascii() and len(after) < 19 else ""
    return {
        "last": last,
        "waits": bool(after) and (last is None or last.pk <= int(after)),
        "after": after,
        "late": last is not None and at - last.began_at > LATE,
        "began": moment(last.began_at, "%Y-%m-%d %H:%M:%S") if last else "",
        "took": age_in_words(last.ended_at - last.began_at) if last else "",
        "rows": [_row(last, proof.name, said(*proof.words)) for proof in PROOFS] if last else [],
        "wrong": _wrong(last) if last else [],
    }


def _row(last: LedgerProof, name: str, words: str) -> dict[str, Any]:
    return {
        "words": words,
        "name": name,
        "checked": last.checked.get(name),
        "wrong": sum(one["proof"] == name for one in last.wrong),
    }


def _wrong(last: LedgerProof) -> list[dict[str, Any]]:
    proofs = {proof.name: proof for proof in PROOFS}
    found = []
    for one in last.wrong:
        proof = proofs.get(one["proof"])
        parts = {en: said(zh, en) for zh, en in proof.parts} if proof else {}
        found.append(
            {
                "proof": said(*proof.words) if proof else one["proof"],
                "name": one["name"],
                "parts": [
                    {"word": parts.get(part, part), "kept": kept, "reckoned": one["reckoned"][part]}
                    for part, kept in one["kept"].items()
                ],
            }
        )
    return found
