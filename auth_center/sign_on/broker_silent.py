"""What the centre says while the broker, which remembers codes for a minute, does not answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from redis import RedisError

from core.errors import Unavailable
from core.tmf.answer import json_answer
from core.tmf.errors import error_body
from core.tmf.language import language_of
from core.words import said

SPOKEN_TO_BY_PROGRAMS = "/identity/o/api/"


class BrokerSilent(Unavailable):
    """What a sign-on needs cannot be remembered, so nobody signs in anywhere for now."""

    code = "brokerSilent"
    zh = "消息中间件没有响应, 暂时不能登录, 请稍后重试; 已登录的操作台可继续使用"
    en = (
        "The broker does not answer, so nobody can sign in just now; please try again. "
        "Whoever is signed in at a console goes on working"
    )


class BrokerSilentMiddleware:
    """Answers 503: a page of its own for people, TM Forum's error and OAuth's for programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refuse for now, wherever in a view it was found out."""
        if not isinstance(error, RedisError):
            return None
        refusal = BrokerSilent()
        if request.path.startswith(SPOKEN_TO_BY_PROGRAMS):
            oauth = {"error": "temporarily_unavailable", "error_description": refusal.en}
            body = error_body(refusal, language_of(request)) | oauth
            answer = json_answer(body, status=refusal.status)
        else:
            words = {"words": said(refusal.zh, refusal.en)}
            answer = render(request, "sign_on/broker_silent.html", words, status=refusal.status)
        answer.headers["Retry-After"] = str(refusal.retry_after)
        add_never_cache_headers(answer)
        return answer
