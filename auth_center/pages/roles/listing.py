"""角色: where each holds, how far its holders see, and how many have it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from auth_center import permissions, selectors
from auth_center.actors import EVERYTHING
from auth_center.consoles import actor_of
from auth_center.pages.places import address
from auth_center.pages.roles.words import reach_words, systems_words
from core.console import render_page, said


def show_roles(request: HttpRequest) -> HttpResponse:
    """Show the roles: where they hold, how far their holders see, and how many have them."""
    actor = actor_of(request)
    roles = list(selectors.list_roles_for(actor))
    people = selectors.count_holders(role.code for role in roles)
    return render_page(
        request,
        "auth_center/roles.html",
        title=said("角色", "Roles"),
        rows=[
            {
                "role": role,
                "systems": systems_words(role),
                "reach": reach_words(role.data_scope),
                "everything": EVERYTHING in role.permissions,
                "count": len(role.permissions),
                "limits": len(role.limits),
                "people": people[role.code],
                "address": address("role", role.code),
                "staff": address("operators") + f"?role={role.code}",
            }
            for role in roles
        ],
        may_manage=actor.may(permissions.MANAGE_ROLES),
        may_see_staff=actor.may(permissions.VIEW_OPERATOR),
    )
