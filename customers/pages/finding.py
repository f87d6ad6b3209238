"""Finding whom the clerk is told about: one box for whatever it is."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import render_page, render_part, said
from core.console.panels import Findings, Found, find
from customers.finding import DOCUMENT, NAME, FoundCustomer, Match, find_customers, tidied
from customers.pages.links import address_of
from customers.pages.words import TONES, named_state
from customers.states import CustomerKind, CustomerStatus

MOST_FOUND = 20
LONGEST_TERM = 200
# A resident ID, old or new; a business licence; a passport.
DOCUMENT_FORM = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]|[0-9A-Z]{18}|[A-Z]{1,2}[0-9]{7,8}")


def show_find(request: HttpRequest) -> HttpResponse:
    """Show the box and what is found; the only thing meant is gone to at once.

    What is typed is sent in the body, and comes into the address, for the way back, only where it
    is no identity number: addresses are logged and remembered.
    """
    term = (request.POST.get("term") or request.GET.get("term") or "").replace("\x00", "")
    term = term.strip()[:LONGEST_TERM]
    actor = actor_of(request)
    findings = find("find", actor, term) if term else Findings()
    secret = looks_like_document(term) or any(one.secret for one in findings.found)
    here = reverse("crm:find")
    address = f"{here}?{urlencode({'term': term})}" if term and not secret else here
    content: dict[str, Any] = {
        "term": term,
        "findings": findings,
        "open_customer": _open_customer(actor, "" if secret else term),
    }
    if request.headers.get("HX-Request") and "HX-History-Restore-Request" not in request.headers:
        answer = render_part(request, "customers/found.html", **content)
        answer["HX-Replace-Url"] = address
        return answer
    if request.method == "POST":
        meant = [one for one in findings.found if one.whole] or findings.found
        if len(meant) == 1 and not findings.more:
            return HttpResponseRedirect(meant[0].address)
        if not secret:
            return HttpResponseRedirect(address)
    title = said("查找客户", "Find a customer")
    return render_page(request, "customers/find.html", title=title, **content)


def find_by_whatever(actor: Actor, term: str) -> Findings:
    """Find customers; whom a subscriber's number leads to is shown with that subscriber."""
    page = find_customers(actor, term, at_most=MOST_FOUND)
    return Findings(found=tuple(_found(one) for one in page.customers), more=page.more)


def looks_like_document(term: str) -> bool:
    """Tell whether a term may be an identity number: it is kept out of addresses."""
    return DOCUMENT_FORM.fullmatch(re.sub(r"[\s-]", "", tidied(term)).upper()) is not None


def _found(customer: FoundCustomer) -> Found:
    numbers = [match for match in customer.matches if match.by != NAME]
    meant = next((match.subscriber_no for match in numbers if match.subscriber_no), "")
    address = reverse("crm:customer", args=[customer.customer_no])
    return Found(
        title=customer.name,
        address=f"{address}?{urlencode({'subscriber': meant})}" if meant else address,
        why=tuple(_why(match) for match in customer.matches),
        icon="person" if customer.kind == CustomerKind.PERSON else "apartment",
        facts=_facts(customer),
        badges=_badges(customer),
        whole=bool(numbers),
        secret=any(match.by == DOCUMENT for match in numbers),
    )


def _why(match: Match) -> str:
    ended = said("(已销户)", "(terminated)") if match.ended else ""
    return " ".join(part for part in (match.words, match.number, ended) if part)


def _facts(customer: FoundCustomer) -> tuple[str, ...]:
    numbers = said("、", ", ").join(customer.service_numbers)
    if customer.more_numbers:
        numbers += said(" 等", " and more")
    return tuple(fact for fact in (customer.customer_no, customer.document, numbers) if fact)


def _badges(customer: FoundCustomer) -> tuple[tuple[str, str], ...]:
    """Return what is out of the ordinary about a customer, with its tone."""
    badges = []
    if customer.status != CustomerStatus.ACTIVE:
        words = named_state(CustomerStatus, customer.status)
        badges.append((words, TONES.get(customer.status, "")))
    if customer.blacklisted:
        badges.append((said("黑名单", "Blacklisted"), "danger"))
    return tuple(badges)


def _open_customer(actor: Actor, term: str) -> str:
    """Return where a customer is opened with what was typed, empty where that may not be done."""
    return address_of(actor, "open-customer", **({"term": term} if term else {}))
