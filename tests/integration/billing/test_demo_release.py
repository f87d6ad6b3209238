"""The release that CRM really makes of the demo catalogue is one that BOSS takes."""

from __future__ import annotations

from pathlib import Path

import pytest

import products.catalogue
from auth_center.actors import system_actor
from billing.models import BillingOffering, BillingTariff
from core.systems import System
from integration import inbox
from integration.messages import encode
from integration.models import OutboxMessage
from products.catalogue import load
from products.models import ProductOffering, TariffVersion
from products.releasing import release_catalogue
from tests.integration.billing.arriving import SENT_AT, Post, outcomes, said

DEMO = Path(products.catalogue.__file__).parents[1] / "demo" / "catalogue.yaml"


@pytest.mark.django_db(databases=["default", "boss"])
def test_boss_holds_every_offering_and_every_tariff_version_that_it_brings(post: Post) -> None:
    release_catalogue(load(DEMO), actor=system_actor("demo"), at=SENT_AT)
    message = OutboxMessage.objects.using("default").get(name="ProductInfoRequest")
    post.deliver(inbox.Received(seq=message.seq, body=encode(message.body).decode()))

    assert outcomes() == []
    assert len(said(System.PROVISIONING)) == 1
    offerings = BillingOffering.objects.values_list("code", flat=True)
    assert set(offerings) == set(ProductOffering.objects.values_list("code", flat=True))
    sold = TariffVersion.objects.filter(tariff__offerings__isnull=False)
    held = BillingTariff.objects.values_list("code", "version")
    assert set(held) == set(sold.values_list("tariff__code", "version"))
