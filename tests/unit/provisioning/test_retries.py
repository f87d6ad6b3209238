"""When a work order is taken up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytest_django import Settings

from provisioning.retries import claim_until, next_attempt_at, next_look_at

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pause(attempts: int) -> int:
    at = next_attempt_at(attempts, NOON)
    assert at is not None
    return int((at - NOON).total_seconds())


def test_pauses_grow_up_to_half_a_minute() -> None:
    assert [pause(attempts) for attempts in range(1, 9)] == [1, 2, 5, 10, 20, 30, 30, 30]


def test_after_the_last_attempt_there_is_no_next(settings: Settings) -> None:
    assert next_attempt_at(19, NOON) is not None
    assert next_attempt_at(20, NOON) is None
    settings.NETWORK_ATTEMPTS = 3
    assert next_attempt_at(3, NOON) is None


def test_a_claim_outlasts_the_networks_deadline(settings: Settings) -> None:
    settings.NETWORK_TIMEOUT_SECONDS = 7.0
    assert claim_until(NOON) == NOON + timedelta(seconds=12)


def test_the_longer_people_take_the_less_often_they_are_asked() -> None:
    def look(waited: timedelta) -> float:
        return (next_look_at(NOON - waited, NOON) - NOON).total_seconds()

    assert look(timedelta(0)) == 5
    assert look(timedelta(minutes=10)) == 60
    assert look(timedelta(days=3)) == 600
