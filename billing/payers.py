"""What an order means for who pays for a subscriber already: pure comparison.

A relation's place is its charge group and priority: in one place one account pays at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import structs

from integration.messages import PaymentRelationValue

Plan = tuple[list[PaymentRelationValue], list["HeldPayer"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPayer:
    """A payment relation as it is held."""

    id: int
    account_id: int
    charge_group: str
    priority: int
    valid_from: datetime
    valid_to: datetime | None

    def reaches_past(self, instant: datetime) -> bool:
        """Tell whether it holds, or will hold, after ``instant``."""
        return self.valid_to is None or self.valid_to > instant

    def ended(self, instant: datetime) -> HeldPayer:
        """Return it as it ends at ``instant``; one that had not begun gets an empty period."""
        return replace(self, valid_to=max(self.valid_from, instant))


def compare_payers(
    stated: Sequence[PaymentRelationValue],
    held: Sequence[HeldPayer],
    accounts: Mapping[str, int],
) -> Plan:
    """Return the relations that start, and those that end as they are afterwards.

    A stated relation takes the place of those held there from its start on; one that already
    holds stays. Places not stated stay as they are.
    """
    starting, after = [], []
    for one in stated:
        rivals = [payer for payer in _in_place(one, held) if payer.reaches_past(one.valid_from)]
        if not any(_is_same(one, payer, accounts) for payer in rivals):
            starting.append(one)
            after += [payer.ended(one.valid_from) for payer in rivals]
    return starting, after


def restate_payers(
    stated: Sequence[PaymentRelationValue],
    held: Sequence[HeldPayer],
    accounts: Mapping[str, int],
    *,
    at: datetime,
) -> Plan:
    """Return the same for a statement of all that shall hold.

    What holds and is not stated ends at ``at``; what is stated and does not hold starts as
    stated, but not before the last one in its place has ended.
    """
    stays = {payer.id for one in stated for payer in held if _is_same(one, payer, accounts)}
    after = {
        payer.id: payer.ended(at)
        for payer in held
        if payer.id not in stays and payer.reaches_past(at)
    }
    starting = []
    for one in stated:
        past = [after.get(payer.id, payer) for payer in _in_place(one, held)]
        ends = [payer.valid_to for payer in past if payer.valid_to is not None]
        if not any(payer.id in stays for payer in past):
            starting.append(structs.replace(one, valid_from=max([one.valid_from, *ends])))
    return starting, list(after.values())


def _in_place(one: PaymentRelationValue, held: Sequence[HeldPayer]) -> list[HeldPayer]:
    place = (one.charge_group, one.priority)
    return [payer for payer in held if (payer.charge_group, payer.priority) == place]


def _is_same(one: PaymentRelationValue, payer: HeldPayer, accounts: Mapping[str, int]) -> bool:
    return payer.valid_to is None and (
        (payer.charge_group, payer.priority, payer.account_id)
        == (one.charge_group, one.priority, accounts[one.account_no])
    )
