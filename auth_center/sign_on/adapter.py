"""What our ID tokens say: who signed on, in which sign-on, until when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.utils import timezone

from auth_center.models import Operator, SignOn
from auth_center.sign_on.clients import console_of
from auth_center.sign_on.codes import sign_on_of_code
from auth_center.sign_on.going_on import claim_ticks, find_going_on
from core.systems import Centre


class CentreAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth has no types
    """An operator is known by the staff number; a code is worth as much as its sign-on."""

    def get_issuer(self) -> str:
        return str(settings.SYSTEM_URLS["sso"])

    def get_user_sub(self, client: Client, user: Any) -> str:
        return str(user.staff_no)

    def get_user_by_sub(self, client: Client, sub: str) -> Operator | None:
        """Return the operator who works now and, where a code is redeemed, is still signed on."""
        operator = Operator.objects.using(Centre.SSO.alias).filter(staff_no=sub).first()
        if operator is None or not operator.works_at(timezone.now()):
            return None
        if self._redeems_code() and self._sign_on() is None:
            return None
        return operator

    def populate_id_token(
        self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> None:
        sign_on = self._sign_on() if self._redeems_code() else None
        if sign_on is None:
            return
        id_token["sid"] = sign_on.number
        id_token["auth_time"] = int(sign_on.started_at.timestamp())
        if console_of(client.id) is not None:
            id_token["sign_on_until"] = sign_on.expires_at.timestamp()
            id_token["clock"] = claim_ticks(sign_on)

    def _redeems_code(self) -> bool:
        asked = self.request.POST
        return bool(asked.get("grant_type") == Client.GrantType.AUTHORIZATION_CODE)

    def _sign_on(self) -> SignOn | None:
        number = sign_on_of_code(self.request.POST.get("code", ""))
        return find_going_on(number, timezone.now()) if number else None

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Say that clients are told of ends, by the sign-on's number, and what is not given."""
        data.pop("device_authorization_endpoint", None)
        data["grant_types_supported"].remove(Client.GrantType.DEVICE_CODE.value)
        data["backchannel_logout_supported"] = True
        data["backchannel_logout_session_supported"] = True
