"""Two orders at once: the database decides, and the one that lost is refused, not lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.models import BillingSubscriber
from billing.selectors import get_standing
from billing.services import opening
from billing.values import Standing
from integration.messages import SubscriptionOrderRequest
from tests.integration.billing.arriving import (
    Post,
    inbox_states,
    order,
    outcomes,
    subscriber,
    subscription,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_number_taken_between_look_and_write_is_refused_at_the_next_try(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.send(order(), subject="SC000000018")
    other = order(subscriber=subscriber("SC000000026"), subscriptions=[subscription("PC000000026")])
    with monkeypatch.context() as patch:
        patch.setattr(opening, "get_standing", _as_before_the_other_committed)
        post.send(other, subject="SC000000026")

    assert inbox_states()["retrying"] == 1
    assert BillingSubscriber.objects.count() == 1

    post.now += timedelta(seconds=2)
    post.wake()

    assert [outcome.code for outcome in outcomes()] == ["", "numberInUse"]
    assert "retrying" not in inbox_states()


def _as_before_the_other_committed(asked: SubscriptionOrderRequest) -> Standing:
    standing = get_standing(asked)
    return Standing(
        customer_id=standing.customer_id,
        accounts=standing.accounts,
        subscriber=None,
        subscriptions={},
        number_holder=None,
        unknown_offerings=(),
        unknown_tariffs=(),
    )
