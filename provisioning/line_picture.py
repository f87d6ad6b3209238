"""How the network serves some subscribers just now, for a page that is not ours."""

from __future__ import annotations

from integration.messages.pictures import LineAsked, LinePicture, ServiceShown
from provisioning.models import Line, NetworkService, PhoneNumber, SimCard


def picture_lines(asked: list[LineAsked]) -> list[LinePicture]:
    """Return the line of each, confirmed by the network, with the states of number and card.

    Four queries however many are asked for.
    """
    lines = Line.objects.in_bulk([one.subscriber_no for one in asked])
    numbers = dict(
        PhoneNumber.objects.filter(pk__in=[one.service_number for one in asked]).values_list(
            "pk", "state"
        )
    )
    cards = dict(
        SimCard.objects.filter(pk__in=[one.iccid for one in asked if one.iccid]).values_list(
            "pk", "state"
        )
    )
    codes = {code for line in lines.values() for code in line.services}
    names = {
        service.code: ServiceShown(code=service.code, zh=service.name_zh, en=service.name_en)
        for service in NetworkService.objects.filter(pk__in=codes)
    }
    return [_picture(one, lines.get(one.subscriber_no), names, numbers, cards) for one in asked]


def _picture(
    asked: LineAsked,
    line: Line | None,
    names: dict[str, ServiceShown],
    numbers: dict[str, str],
    cards: dict[str, str],
) -> LinePicture:
    number_state = numbers.get(asked.service_number, "")
    sim_state = cards.get(asked.iccid, "")
    if line is None:
        return LinePicture(
            subscriber_no=asked.subscriber_no, number_state=number_state, sim_state=sim_state
        )
    return LinePicture(
        subscriber_no=asked.subscriber_no,
        state=line.state,
        service_number=line.service_number,
        iccid=line.iccid,
        bar=line.bar,
        services=[
            names.get(code, ServiceShown(code=code, zh=code, en=code)) for code in line.services
        ],
        changed_at=line.changed_at.isoformat(),
        number_state=number_state,
        sim_state=sim_state,
    )
