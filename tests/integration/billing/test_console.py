"""BOSS's console shows what billing holds, to those who may see it, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from auth_center.consoles import boss_console
from auth_center.models import Operator
from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingSubscriber,
    BillingSubscription,
    PaymentRelation,
)
from core.systems import System, console
from tests.integration.billing.arriving import (
    Post,
    Statements,
    account,
    order,
    parties,
    payer,
    subscriber,
    subscription,
)
from tests.signing import make_operator, regrant

pytestmark = pytest.mark.django_db(databases=["boss"])
TABLES = [model for model in boss_console._registry if model._meta.app_label == "billing"]
VIEWS = [f"billing.view_{model._meta.model_name}" for model in TABLES]


@pytest.fixture
def clerk() -> Operator:
    """An operator who may see billing customers and subscribers in BOSS, nothing else."""
    return make_operator(System.BOSS, *VIEWS, staff_no="8001", full_phone=False)


def listed(model: Any, user: Operator, **query: str) -> list[str]:
    """Return what the console's list of ``model`` shows to ``user``; the page is whole."""
    request: Any = RequestFactory().get("/boss/", query)
    request.user, request.session = user, {}
    with console(System.BOSS):
        page: Any = boss_console._registry[model].changelist_view(request)
        rows = [str(row) for row in page.context_data["cl"].result_list]
        assert page.render().status_code == 200
    return rows


@pytest.mark.usefixtures("catalogue", "wang")
def test_every_table_is_shown_to_whoever_may_see_it(post: Post, clerk: Operator) -> None:
    post.send(order(), subject="SC000000018")

    shown = {model.__name__: len(listed(model, clerk)) for model in TABLES}

    assert shown == {
        "BillingCustomer": 1,
        "BillingAccount": 1,
        "BillingSubscriber": 1,
        "BillingSubscription": 1,
        "PaymentRelation": 1,
        "BillingOffering": 2,
        "BillingTariff": 2,
        "Release": 1,
    }


@pytest.mark.parametrize("model", TABLES)
def test_without_its_permission_a_table_does_not_exist(model: Any, clerk: Operator) -> None:
    withheld = f"billing.view_{model._meta.model_name}"
    regrant(System.BOSS, clerk, *(one for one in VIEWS if one != withheld))

    with pytest.raises(PermissionDenied):
        listed(model, clerk)


@pytest.mark.parametrize("model", TABLES)
def test_nobody_changes_anything_there(model: Any, clerk: Operator) -> None:
    regrant(System.BOSS, clerk, "*")
    request = RequestFactory().get("/boss/")
    request.user = clerk
    with console(System.BOSS):
        admin = boss_console._registry[model]
        assert admin.has_view_permission(request)
        assert not admin.has_add_permission(request)
        assert not admin.has_change_permission(request)
        assert not admin.has_delete_permission(request)
        assert admin.get_actions(request) == {}


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_whole_number_finds_its_row_masked_for_who_may_not_see_it(
    post: Post, clerk: Operator
) -> None:
    post.send(order(), subject="SC000000018")
    other = subscriber("SC000000026", service_number="13800000002")
    post.send(
        order(subscriber=other, subscriptions=[subscription("PC000000026")]),
        subject="SC000000026",
    )

    assert listed(BillingSubscriber, clerk, q="13800000002") == ["138****0002 (SC000000026)"]
    assert listed(BillingSubscriber, clerk, q="SC000000018") == ["138****0001 (SC000000018)"]
    assert listed(BillingSubscription, clerk, q="PC000000026") == ["PC000000026"]
    assert len(listed(PaymentRelation, clerk, q="SC000000026")) == 1
    assert listed(BillingAccount, clerk, q="AC000000018") == ["AC000000018"]
    assert listed(BillingCustomer, clerk, q="CC000000018") == ["王小明 (CC000000018)"]
    assert listed(BillingCustomer, clerk, q="CC00000001") == []


@pytest.mark.usefixtures("catalogue", "wang")
@pytest.mark.parametrize(
    "model", [BillingAccount, BillingSubscriber, BillingSubscription, PaymentRelation]
)
def test_a_list_takes_as_many_queries_however_long(post: Post, clerk: Operator, model: Any) -> None:
    assert clerk.grants
    counts = []
    for numbers in (range(1), range(1, 10)):
        for i in numbers:
            post.send(parties(account(f"AC{i:09d}")), subject="CC000000018")
            stated = order(
                subscriber=subscriber(f"SC{i:09d}", service_number=f"138{i:08d}"),
                subscriptions=[subscription(f"PC{i:09d}")],
                payment_relations=[payer(f"AC{i:09d}")],
            )
            post.send(stated, subject=f"SC{i:09d}")
        with Statements() as statements:
            rows = listed(model, clerk)
        counts.append(len(statements.sent))

    assert len(rows) >= 10
    assert counts == [2, 2]
