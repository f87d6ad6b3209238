"""What the centre answers when a system asks it about an operator (鉴权请求)."""

from __future__ import annotations

from datetime import datetime

from auth_center.authority.grants import decision_of, holding_in
from auth_center.authority.words import answer_of, menu_of
from core.errors import DomainError
from core.systems import Centre, System
from integration.hearing import answers
from integration.messages import AuthorizeRequest, AuthorizeResponse, Stamp


class UnknownSystem(DomainError):
    """The question is about a system that there is not."""

    code = "unknownSystem"
    zh = "没有这个系统: {system}"
    en = "There is no such system: {system}"


@answers(AuthorizeRequest, by=Centre.SSO)
def decide(question: AuthorizeRequest, asker: Stamp, at: datetime) -> AuthorizeResponse:
    """Answer by the centre's own tables as they are now."""
    if question.system not in tuple(System):
        raise UnknownSystem(field="system", system=question.system[:40])
    held = holding_in(Centre.SSO.alias, question.staff_no, System(question.system), at)
    if not question.permission:
        return menu_of(held)
    return answer_of(decision_of(held, question.permission))
