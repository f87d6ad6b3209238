"""A letter is a row from the commit on: nothing that dies loses it, and no sign-in waits for it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from auth_center.models import Operator, OwedLetter, SignOn
from auth_center.portal import letters, sending
from auth_center.tasks import forget_sign_ons, send_letters
from core.systems import System
from tests.integration.auth_center.portal.entering import browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def operator() -> Operator:
    return make_operator(System.CRM, "*", staff_no="2001", email="li.mei@example.com")


@pytest.fixture
def owed(operator: Operator) -> OwedLetter:
    """A sign-on from a device not seen before."""
    enter(browser(), "2001")
    enter(browser(**{"user-agent": FIREFOX}), "2001")
    return OwedLetter.objects.get()


@contextmanager
def mail_server(settings: Any, *, port: int = 0) -> Iterator[None]:
    """A server at which letters are tried; one that accepts and says nothing, unless ``port``."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port or hanging.getsockname()[1]
        settings.EMAIL_TIMEOUT = 1
        yield
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_it_waits_for_a_worker_which_sends_it_once(owed: OwedLetter) -> None:
    assert mail.outbox == []
    send_letters()
    send_letters()
    [letter] = mail.outbox
    assert (letter.to, letter.subject, letter.body) == ([owed.email], owed.subject, owed.text)
    assert not OwedLetter.objects.exists()


def test_what_is_rolled_back_owes_nothing(operator: Operator) -> None:
    words = ("密码已修改", "Your password was changed")
    with transaction.atomic():
        letters.write(operator, words, terminal="", user_agent="", at=timezone.now())
        transaction.set_rollback(True)
    assert not OwedLetter.objects.exists()


def test_who_has_no_address_is_owed_none(operator: Operator) -> None:
    Operator.objects.update(email="")
    enter(browser(), "2001")
    enter(browser(**{"user-agent": FIREFOX}), "2001")
    assert not OwedLetter.objects.exists()


def test_no_sign_in_waits_for_a_server_that_hangs(operator: Operator, settings: Any) -> None:
    enter(browser(), "2001")
    with mail_server(settings):
        settings.EMAIL_TIMEOUT = 60
        begun = time.monotonic()
        assert enter(browser(**{"user-agent": FIREFOX}), "2001").status_code == 302
        assert time.monotonic() - begun < 30
    assert SignOn.objects.count() == 2
    assert OwedLetter.objects.count() == 1


@pytest.mark.parametrize("port", [0, 1], ids=["hangs", "is down"])
def test_it_is_sent_once_the_server_is_well_again(
    owed: OwedLetter, settings: Any, port: int
) -> None:
    at = timezone.now()
    with mail_server(settings, port=port):
        assert sending.send_due(at) == 0
        owed.refresh_from_db()
        assert (owed.attempts, owed.due_at) == (1, at + timedelta(seconds=10))
        assert owed.fault
        assert sending.send_due(at + timedelta(seconds=9)) == 0
        assert sending.send_due(at + timedelta(seconds=11)) == 0
        owed.refresh_from_db()
        assert (owed.attempts, owed.due_at) == (2, at + timedelta(seconds=31))
    assert mail.outbox == []
    assert sending.send_due(at + timedelta(seconds=32)) == 1
    assert len(mail.outbox) == 1


def test_a_server_that_hangs_is_waited_for_once_in_a_turn(owed: OwedLetter, settings: Any) -> None:
    for _ in range(4):
        OwedLetter.objects.create(
            staff_no="2001", email="x@example.com", subject="s", text="t",
            written_at=owed.written_at, due_at=owed.due_at + timedelta(seconds=1),
        )  # fmt: skip
    begun = time.monotonic()
    with mail_server(settings):
        sending.send_due(timezone.now() + timedelta(seconds=5))
    assert time.monotonic() - begun < 4
    assert OwedLetter.objects.filter(attempts=0).count() == 4
    assert sending.send_due(timezone.now() + timedelta(seconds=5)) == 4


def test_a_letter_that_no_server_takes_does_not_hold_the_others(
    owed: OwedLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    OwedLetter.objects.filter(pk=owed.pk).update(subject="two\nlines")  # no header may be like it
    good = OwedLetter.objects.create(
        staff_no="2001", email="x@example.com", subject="s", text="t",
        written_at=owed.written_at, due_at=owed.due_at + timedelta(seconds=1),
    )  # fmt: skip
    at = timezone.now() + timedelta(seconds=5)
    assert [sending.send_due(at), sending.send_due(at)] == [0, 1]
    assert [one.subject for one in mail.outbox] == [good.subject]


def test_a_worker_that_dies_while_sending_leaves_it_to_another(
    owed: OwedLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    at = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(sending.EmailMessage, "send", die)
        with pytest.raises(Killed):
            sending.send_due(at)
    assert sending.send_due(at + timedelta(seconds=sending.TAKEN_SECONDS - 1)) == 0
    assert sending.send_due(at + timedelta(seconds=sending.TAKEN_SECONDS + 1)) == 1


def test_two_workers_do_not_send_it_twice(
    owed: OwedLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.now()
    once = sending._fault

    def meanwhile(letter: OwedLetter) -> str:
        monkeypatch.setattr(sending, "_fault", once)
        assert sending.send_due(at) == 0
        return once(letter)

    monkeypatch.setattr(sending, "_fault", meanwhile)
    assert sending.send_due(at) == 1
    assert len(mail.outbox) == 1


def test_after_a_day_it_is_given_up_and_in_a_month_forgotten(
    owed: OwedLetter, settings: Any, time_machine_at: Any
) -> None:
    with mail_server(settings, port=1):
        for hour in range(26):
            sending.send_due(owed.written_at + timedelta(hours=hour))
    owed.refresh_from_db()
    assert (owed.due_at, owed.attempts) == (None, 26)
    time_machine_at(days=29)
    forget_sign_ons("crm")
    assert OwedLetter.objects.exists()
    time_machine_at(days=2)
    forget_sign_ons("crm")
    assert not OwedLetter.objects.exists()
    assert mail.outbox == []


@pytest.mark.django_db(databases=["default"], transaction=True)
def test_a_process_that_dies_after_the_commit_loses_nothing() -> None:
    make_operator(System.CRM, staff_no="2002", email="wang@example.com")
    child = os.fork()
    if child == 0:  # a process of its own, which is gone at once after its commit
        parents = connection.connection  # not ours to close
        connection.connection = None
        try:
            operator = Operator.objects.get(staff_no="2002")
            with transaction.atomic():
                words = ("密码已修改", "Your password was changed")
                letters.write(operator, words, terminal="", user_agent="", at=timezone.now())
            os._exit(9 if parents else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert sending.send_due(timezone.now()) == 1
    assert mail.outbox[0].to == ["wang@example.com"]
