"""The release that CRM really makes of the demo catalogue is one that BOSS takes complete."""

from __future__ import annotations

from pathlib import Path

import pytest

import products.catalogue
from auth_center.actors import system_actor
from billing.models import BillingOffering, BillingService, BillingTariff, Release
from core.systems import System
from core.tariff import digest
from integration import inbox
from integration.messages import DONE, ProductInfoResponse, TariffConfiguredNotice, encode
from integration.models import OutboxMessage
from products.catalogue import load
from products.services import release_document
from tests.integration.billing.arriving import SENT_AT, Post, said, synced

DEMO = Path(products.catalogue.__file__).parents[1] / "demo" / "catalogue.yaml"


@pytest.mark.django_db(databases=["default", "boss"])
def test_boss_holds_all_that_it_brings_and_nobody_need_configure_it(post: Post) -> None:
    demo = load(DEMO)
    requested = release_document(demo, actor=system_actor("demo"), at=SENT_AT)
    assert requested is not None
    message = OutboxMessage.objects.using("default").get(name="ProductInfoRequest")
    post.deliver(inbox.Received(seq=message.seq, body=encode(message.body).decode()))

    [sync] = said(System.PROVISIONING)
    assert len(sync.services) == len(demo.services)  # type: ignore[attr-defined]
    assert Release.objects.get().state == "syncing"
    synced(post, number=requested.release_no)

    accepted, notice = said(System.CRM)
    assert accepted == ProductInfoResponse(release_no=requested.release_no, outcome=DONE)
    assert isinstance(notice, TariffConfiguredNotice)
    assert notice.outcome == DONE
    assert {(one.code, one.version): one.digest for one in notice.tariffs} == {
        (fee.code, one.version): one.digest for fee in demo.tariffs for one in fee.versions
    }
    held = {one.code: one for one in BillingOffering.objects.all()}
    assert set(held) == {one.code for one in demo.offerings}
    assert {one.launched_at for one in held.values()} == {None}
    assert set(BillingTariff.objects.values_list("code", "version")) == {
        (fee.code, one.version) for fee in demo.tariffs for one in fee.versions
    }
    for service in BillingService.objects.all():
        assert service.digest == digest(service.commands)
