"""The seam's own tables in every console: what was said, heard, and what waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from auth_center.consoles import Console, actor_of, boss_console, crm_console, oss_console
from auth_center.letters import resend_letter, skip_letter
from auth_center.permissions import VIEW_FLOW, VIEW_MESSAGE
from auth_center.scope import flows_within
from core.console import ReadOnly, ReadOnlyInline, number_of
from core.errors import DomainError
from core.systems import System
from integration import letters
from integration.models import FlowStep, InboxMessage, LetterDecision, OutboxMessage
from integration.names import chinese_name
from integration.permissions import RESEND_LETTER, SKIP_LETTER
from integration.states import InboxStatus, StepStatus

COLOURS = {
    InboxStatus.DONE: "success",
    InboxStatus.EARLY: "info",
    InboxStatus.PARKED: "warning",
    InboxStatus.RETRYING: "warning",
    InboxStatus.DEAD: "danger",
    InboxStatus.SKIPPED: "info",
}
STEP_COLOURS = {
    StepStatus.DONE: "success",
    StepStatus.REFUSED: "danger",
    StepStatus.TIMED_OUT: "danger",
    StepStatus.DEAD: "danger",
    StepStatus.RETRIED: "warning",
    StepStatus.PARKED: "warning",
}
URGENCY = Case(
    When(status=InboxStatus.DEAD, then=Value(0)),
    When(status=InboxStatus.PARKED, then=Value(1)),
    When(status=InboxStatus.RETRYING, then=Value(2)),
    default=Value(3),
).asc()


def age_in_words(since: datetime) -> str:
    """Return how long ago ``since`` was, in the reader's language."""
    return timesince(since, timezone.now(), depth=1)


def named(name: str) -> str | SafeString:
    """Return a message's name, with its Chinese one for a reader of Chinese."""
    zh = chinese_name(name) if (get_language() or "zh").startswith("zh") else ""
    return format_html("{}<br><small>{}</small>", name, zh) if zh else name


class Standing(admin.SimpleListFilter):
    """What waits comes first; what is done is there when it is asked for."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("dead", _("Dead")), ("parked", _("Parked")),
                ("all", _("All, newest first"))]  # fmt: skip

    def choices(self, changelist: Any) -> Any:
        for value, words in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": words,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ("all" if request.GET.get("q") else "waiting")
        if chosen == "dead":
            return queryset.filter(status=InboxStatus.DEAD).order_by("received_at", "id")
        if chosen == "parked":
            return queryset.filter(status=InboxStatus.PARKED).order_by("received_at", "id")
        if chosen == "waiting":
            return queryset.filter(done_at=None).order_by(URGENCY, "received_at", "id")
        return queryset.order_by("-id")


class Delivery(admin.SimpleListFilter):
    """Which messages are still on their way."""

    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unsent", _("Not yet sent")), ("unconfirmed", _("Sent, not yet confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unsent":
            return queryset.filter(sent_at=None).order_by("created_at", "id")
        if self.value() == "unconfirmed":
            waiting = queryset.filter(received_at=None, sent_at__isnull=False)
            return waiting.order_by("next_attempt_at", "id")
        return queryset.order_by("-id")


class DecisionInline(ReadOnlyInline):
    permission = VIEW_MESSAGE
    model = LetterDecision
    show_change_link = False
    ordering: ClassVar[Any] = ("id",)
    fields: ClassVar[Any] = ("at", "deed", "reason", "actor_number", "terminal")


class OfFlows(ReadOnly):
    """Rows of the seam are seen with the flow they belong to."""

    def within_scope(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        site: Console = self.admin_site
        return flows_within(site.system, rows, actor_of(request))


class MessageList(OfFlows):
    """A list of messages, found by id, flow number or subject (with the other system's name)."""

    permission = VIEW_MESSAGE
    other: ClassVar[str]
    search_fields: ClassVar[Any] = ["flow_no__exact"]
    search_help_text = _("Message id, flow number or subject")
    ordering: ClassVar[Any] = ()  # the filter orders
    finds_numbers = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        queryset = queryset.defer("body")  # a list shows none
        term = number_of(search_term)
        if not term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            subject = Q(**{f"{self.other}__in": list(System)}, subject=term)
            return queryset.filter(Q(flow_no=term) | subject), False

    @admin.display(description=_("message"))
    def message(self, row: Any) -> str | SafeString:
        return named(row.name)


class InboxAdmin(MessageList):
    """The inbox: dead letters and parked messages first, with their age; both can be settled."""

    icon = "mark_email_unread"
    other = "sender"
    list_display: ClassVar[Any] = [
        "message", "standing", "age", "sender", "subject", "flow_no", "attempts", "why",
    ]  # fmt: skip
    list_filter: ClassVar[Any] = [Standing]
    actions: Any = ("resend_letters", "skip_letters")
    readonly_fields: ClassVar[Any] = ["age"]
    fields: ClassVar[Any] = [
        ("name", "status"), ("sender", "subject"), ("flow_no", "seq"), ("received_at", "age"),
        ("attempts", "next_attempt_at"), ("waiting_for", "done_at"), "error", "body",
    ]  # fmt: skip
    inlines: ClassVar[Any] = [DecisionInline]
    change_form_outer_after_template = "auth_center/settle_letter.html"

    @display(description=_("status"), label=COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, row: InboxMessage) -> tuple[str, Any]:
        return row.status, row.get_status_display()

    @admin.display(description=_("age"))
    def age(self, row: InboxMessage) -> str:
        return age_in_words(row.received_at) if row.done_at is None else "-"

    @admin.display(description=_("why"))
    def why(self, row: InboxMessage) -> str:
        return row.waiting_for or Truncator(row.error).chars(60) or "-"

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(RESEND_LETTER)

    def has_skip_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(SKIP_LETTER)

    @admin.action(description=_("Try again now"), permissions=["resend"])
    def resend_letters(self, request: HttpRequest, chosen: QuerySet[InboxMessage]) -> None:
        """Let the chosen letters be tried again at once."""
        system, actor, at = self._system(), actor_of(request), timezone.now()
        self._settle(
            request,
            chosen,
            lambda id: resend_letter(system, id, actor=actor, at=at),
            _("%d message(s) will be tried again at once"),
        )

    @admin.action(description=_("Skip, with a reason"), permissions=["skip"])
    def skip_letters(
        self, request: HttpRequest, chosen: QuerySet[InboxMessage]
    ) -> HttpResponse | None:
        """Ask for the reason, then pass over the chosen letters."""
        if "reason" not in request.POST:
            return self._ask_for_reason(request, chosen)
        system, actor, at = self._system(), actor_of(request), timezone.now()
        reason = request.POST["reason"]
        self._settle(
            request,
            chosen,
            lambda id: skip_letter(system, id, reason=reason, actor=actor, at=at),
            _("%d message(s) skipped, their subjects go on"),
        )
        return None

    def _settle(
        self,
        request: HttpRequest,
        chosen: Iterable[InboxMessage],
        deed: Callable[[str], None],
        done: Any,
    ) -> None:
        settled = 0
        for letter in chosen:
            try:
                deed(str(letter.pk))
                settled += 1
            except DomainError as refusal:
                words = refusal.words(get_language() or "zh")
                self.message_user(request, f"{letter.name}: {words}", messages.ERROR)
        if settled:
            self.message_user(request, str(done) % settled, messages.SUCCESS)

    def _ask_for_reason(
        self, request: HttpRequest, chosen: QuerySet[InboxMessage]
    ) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {
            "title": _("Skip messages"),
            "opts": self.opts,
            "letters": chosen,
            "checkbox": ACTION_CHECKBOX_NAME,
            "longest": letters.LONGEST_REASON,
        }
        return TemplateResponse(request, "auth_center/skip_letters.html", context)

    def _system(self) -> System:
        console: Console = self.admin_site
        return console.system

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a message; one that waits can be settled there, by who may."""
        letter = self.get_object(request, object_id)
        waits = letter is not None and letter.status in letters.WAITING
        may = {
            "may_resend": waits and self.has_resend_permission(request),
            "may_skip": waits and self.has_skip_permission(request),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **may}
        )
        return answer


class OutboxAdmin(MessageList):
    """The outbox: what this system said, and whether the receiver has it."""

    icon = "outgoing_mail"
    other = "receiver"
    list_display: ClassVar[Any] = [
        "message", "receiver", "subject", "seq", "flow_no", "attempts", "created_at", "sent_at",
        "received_at", "waits",
    ]  # fmt: skip
    list_filter: ClassVar[Any] = [Delivery]
    readonly_fields: ClassVar[Any] = ["waits"]
    fields: ClassVar[Any] = [
        ("name", "receiver"), ("subject", "seq"), ("flow_no", "note"), ("created_at", "sent_at"),
        ("received_at", "waits"), ("attempts", "next_attempt_at"), "body",
    ]  # fmt: skip

    @admin.display(description=_("on its way for"))
    def waits(self, row: OutboxMessage) -> str:
        return age_in_words(row.created_at) if row.received_at is None else "-"


class FlowStepAdmin(OfFlows):
    """The arrows of flows that no message stands for, in this system."""

    permission = VIEW_FLOW
    icon = "timeline"
    finds_numbers = False
    list_display: ClassVar[Any] = [
        "flow_no", "clock", "source", "target", "message", "note", "standing", "at",
    ]  # fmt: skip
    search_fields: ClassVar[Any] = ["flow_no__exact"]
    search_help_text = _("Flow number")
    ordering: ClassVar[Any] = ["-id"]
    readonly_fields: ClassVar[Any] = ["ended"]
    fields: ClassVar[Any] = [
        ("flow_no", "clock"), ("source", "target"), ("name", "ended"), "note", "at",
    ]  # fmt: skip

    @admin.display(description=_("message"))
    def message(self, row: FlowStep) -> str | SafeString:
        return named(row.name)

    @display(description=_("status"), label=STEP_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, row: FlowStep) -> tuple[str, str]:
        return row.status, self.ended(row)

    @admin.display(description=_("status"))
    def ended(self, row: FlowStep) -> str:
        return gettext(StepStatus(row.status).label)


for _console in (crm_console, boss_console, oss_console):
    _console.register(InboxMessage, InboxAdmin)
    _console.register(OutboxMessage, OutboxAdmin)
    _console.register(FlowStep, FlowStepAdmin)
