"""To which usage an item of rules applies, in words: where, whereto, and when in the week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.tariff import vocabulary as say
from core.tariff.vocabulary import Both

Item = Mapping[str, Any]
_ABROAD = "roaming_"


def covers(allowance: Item, price: Item) -> bool:
    """Tell whether free usage is used up before that price is paid."""
    same = all(allowance.get(key) == price.get(key) for key in ("zone", "roaming"))
    return same and (allowance["band"] is None or allowance["band"] == price["band"])


def subject(usage: str, item: Item) -> Both:
    """Return what an item is about: 国内流量（每天 23:00 至次日 07:00）; domestic data ..."""
    zh, en = _placed(usage, item)
    if item["band"] is not None:
        when = band(item["band"])
        zh, en = f"{zh}（{when[0]}）", f"{en} {when[1]}"
    return zh, en


def amount_of(usage: str, measure: str, item: Item) -> Both:
    """Return how much of something: 国内流量 30 GB; 30 GB of domestic data, 50 text messages."""
    about, much = subject(usage, item), say.quantity(measure, item["quantity"])
    how_many = much[1].split()[0] if measure == "messages" else f"{much[1]} of"
    return f"{about[0]}{'' if about[0].endswith('）') else ' '}{much[0]}", f"{how_many} {about[1]}"


def band(item: Item) -> Both:
    """Return when a band is: 每周六、周日全天; on Saturday and Sunday."""
    zh, en = "每天", ""
    if "days" in item:
        zh, en = say.days(item["days"])
        zh, en = f"每{zh}", f"on {en}"
    begin, end = item["from"], item["to"]
    if begin == end:
        return f"{zh}全天", en
    following = "次日 " if end < begin else ""
    return f"{zh} {begin} 至{following or ' '}{end}", f"{en} from {begin} to {end}".strip()


def _placed(usage: str, item: Item) -> Both:
    zh, en = say.usage(usage)
    zone, visited = item["zone"], item.get("roaming", "")
    if zone.startswith(_ABROAD) and not visited:  # one word for both, as older rules write it
        zone, visited = "domestic", zone.removeprefix(_ABROAD)
    if usage == "content" and zone == "domestic" and not visited:
        return zh, en
    if not visited:
        place = say.zone(zone)
        return place[0] + zh, f"{place[1]} {en}"
    place = say.zone(visited)
    abroad = "abroad" if visited == "international" else f"in {place[1]}"
    zh, en = f"{place[0]}漫游{zh}", f"{en} while roaming {abroad}"
    if zone == "domestic":
        return zh, en
    whereto = say.zone(zone)
    return f"{zh}（目的地: {whereto[0]}）", f"{en} (to {whereto[1]})"
