"""实时计费: balances that pay at once, and what is held, given, moved and expires of them."""

from billing.prepaid.books import (
    BalanceTooLow,
    free_of,
    list_books,
    list_charges,
    list_fees,
    list_reservations,
    list_transfers,
)
from billing.prepaid.charging import debit
from billing.prepaid.ending import expire_reservations, release
from billing.prepaid.expiring import expire_books
from billing.prepaid.fees import reckon_fees
from billing.prepaid.giving import give_balance
from billing.prepaid.moving import transfer_balance
from billing.prepaid.reserving import (
    Authorization,
    authorize,
    extend,
    reservation_numbered,
    reserve,
)
from billing.prepaid.rounds import go_round, reckon_new
from billing.prepaid.taking import take_fees
from billing.prepaid.wishes import Wish

__all__ = [
    "Authorization",
    "BalanceTooLow",
    "Wish",
    "authorize",
    "debit",
    "expire_books",
    "expire_reservations",
    "extend",
    "free_of",
    "give_balance",
    "go_round",
    "list_books",
    "list_charges",
    "list_fees",
    "list_reservations",
    "list_transfers",
    "reckon_fees",
    "reckon_new",
    "release",
    "reservation_numbered",
    "reserve",
    "take_fees",
    "transfer_balance",
]
