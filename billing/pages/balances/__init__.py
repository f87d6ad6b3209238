"""An account's balance: its books, what sessions hold of them, what was taken, and gifts."""

from __future__ import annotations

from auth_center.consoles import boss_console
from billing import permissions
from billing.pages.balances import books, giving
from core.console import Page

ACCOUNT = "accounts/<number:account_no>/balances/"

for page in (
    Page(
        path=ACCOUNT,
        name="balances",
        view=books.show,
        permission=permissions.VIEW_BALANCE,
        titles=("余额", "Balance"),
    ),
    Page(
        path=ACCOUNT + "give/",
        name="balance_give",
        view=giving.give,
        permission=permissions.GIVE_BALANCE,
        titles=("赠送余额", "Give a balance"),
    ),
):
    boss_console.add_page(page)
