"""Small catalogues that pass every check, made up by Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from products.catalogue import CatalogueDocument, CatalogueRefused, parse
from products.catalogue.writing import written

Values = dict[str, Any]

WORDS = st.text(
    st.characters(categories=["L", "N", "P", "S"])
    | st.sampled_from("中文 :#-,{}[]'\"?!|>%@`&*~\u00a0\u2028\t\n"),
    min_size=1,
    max_size=12,
)
TEXTS = WORDS | st.sampled_from(["null", "true", "1", "1.50", "2026-01-01", "---", " x ", "是"])
NAMES = st.fixed_dictionaries({"zh": TEXTS, "en": TEXTS})
AMOUNTS = st.integers(0, 10**6) | st.decimals(0, 10**6, places=2) | st.decimals(0, 9, places=6)
SHARES = st.integers(1, 100) | st.decimals("0.01", 99, places=2)
ZONES = st.sampled_from(["hmt", "international", "on_net"])
CLOCKS = st.sampled_from(["00:00", "08:00", "22:30"])
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNITS = {
    "voice": ["s", "min", "h"],
    "sms": ["messages"],
    "mms": ["messages"],
    "data": ["KB", "MB", "GB", "TB"],
    "content": ["items"],
}
GROUPS = st.sampled_from(["rental", "voice", "data", "own_group"])
BEGINNINGS = ["2024-01-01", "2024-06-15", "2025-01-01T08:30:00+08:00", "2025-12-31T16:00:00Z"]


def quantities(usage: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda count, unit: f"{count} {unit}",
        st.integers(1, 2000),
        st.sampled_from(UNITS[usage]),
    )


def bands() -> st.SearchStrategy[Values]:
    clock = st.permutations(["00:00", "08:00", "22:30"]).map(
        lambda pair: {"from": pair[0], "to": pair[1]}
    )
    days = st.lists(st.sampled_from(DAYS), min_size=1, max_size=6, unique=True).map(
        lambda listed: {"days": listed}
    )
    return clock | days | st.builds(lambda one, other: {**one, **other}, clock, days)


WHERE = {"zone": ZONES, "roaming": ZONES, "band": bands()}


def rating_rules(usage: str) -> st.SearchStrategy[Values]:
    quantity = quantities(usage)
    allowance = st.fixed_dictionaries(
        {"quantity": quantity},
        optional={
            **WHERE,
            "first_cycle": st.sampled_from(["full", "by_day"]),
            "rolls_over_cycles": st.integers(0, 12),
            "shared": st.booleans(),
        },
    )
    tier = st.fixed_dictionaries({"above": quantity, "price": AMOUNTS, "per": quantity})
    shared = {"provider_share": SHARES} if usage == "content" else {}
    price = st.fixed_dictionaries(
        {"price": AMOUNTS, "per": quantity, "step": quantity},
        optional={**WHERE, "minimum": AMOUNTS, "tiers": st.lists(tier, min_size=1, max_size=1)}
        | shared,
    )
    return st.builds(
        lambda allowances, prices: {
            "usage": usage,
            **({"allowances": allowances} if allowances else {}),
            **({"prices": prices} if prices or not allowances else {}),
        },
        st.lists(allowance, max_size=2),
        st.lists(price, min_size=1, max_size=2),
    )


def grants() -> st.SearchStrategy[list[Values]]:
    grant = st.sampled_from(list(UNITS)).flatmap(
        lambda usage: st.fixed_dictionaries(
            {
                "usage": st.just(usage),
                "quantity": quantities(usage),
                "lasts": st.sampled_from(["cycle", "1 day", "30 days"]),
            },
            optional=WHERE,
        )
    )
    return st.lists(grant, min_size=1, max_size=2)


def accounting_rules() -> st.SearchStrategy[Values]:
    part = st.sampled_from(["by_day", "full", "free"])
    of = st.lists(GROUPS, min_size=1, max_size=2, unique=True)
    discount = {"charge": st.just("discount"), "of": of, "order": st.integers(1, 999)}
    lasting = {"cycles": st.integers(1, 120)}
    return st.one_of(
        st.fixed_dictionaries(
            {
                "charge": st.just("recurring"),
                "amount": AMOUNTS,
                "when": st.sampled_from(["advance", "arrears"]),
                "proration": st.fixed_dictionaries({"first": part, "last": part}),
            },
            optional={"hold_fee": AMOUNTS, "grants": grants(), "provider_share": SHARES},
        ),
        st.fixed_dictionaries(
            {"charge": st.just("one_off"), "amount": AMOUNTS},
            optional={"grants": grants(), "provider_share": SHARES},
        ),
        st.fixed_dictionaries({**discount, "percent": SHARES}, optional=lasting),
        st.fixed_dictionaries({**discount, "amount": AMOUNTS}, optional=lasting),
        st.fixed_dictionaries(
            {"charge": st.sampled_from(["minimum", "cap"]), "amount": AMOUNTS, "of": of}
        ),
        st.fixed_dictionaries(
            {
                "charge": st.just("penalty"),
                "amount": AMOUNTS,
                "term_cycles": st.integers(1, 120),
                "declines": st.sampled_from(["linear", "none"]),
            }
        ),
    )


@st.composite
def tariffs(draw: st.DrawFn, code: str) -> Values:
    usage = draw(st.none() | st.sampled_from(list(UNITS)))
    rules = rating_rules(usage) if usage else accounting_rules()
    begins = BEGINNINGS[: draw(st.integers(1, 3))]
    ends = [*begins[1:], *([draw(st.sampled_from(["", "2999-01-01"]))])]
    versions = [
        {
            "version": number,
            "valid_from": first,
            **({"valid_to": last} if last else {}),
            "description": draw(NAMES),
            "rules": draw(rules),
        }
        for number, (first, last) in enumerate(zip(begins, ends, strict=True), start=1)
    ]
    return {
        "code": code,
        "kind": "rating" if usage else "accounting",
        "charge_group": draw(GROUPS),
        "name": draw(NAMES),
        "versions": versions,
    }


@st.composite
def services(draw: st.DrawFn, code: str, kind: str) -> Values:
    parameters = st.dictionaries(
        st.sampled_from(["service", "apn", "rate"]),
        TEXTS | st.integers(-5, 10**9) | st.booleans(),
        max_size=2,
    )
    command = st.fixed_dictionaries(
        {
            "element": st.sampled_from(["hlr", "dsmp", "eoms"]),
            "command": st.sampled_from(["assign", "enable", "subscribe", "install"]),
        },
        optional={"parameters": parameters},
    )
    return {
        "code": code,
        "kind": kind,
        "name": draw(NAMES),
        **({"resource": "msisdn"} if kind == "resource" else {}),
        **({"provider": draw(TEXTS)} if kind == "content" else {}),
        "commands": draw(st.lists(command, min_size=1, max_size=2)),
    }


ATTRIBUTES: dict[str, tuple[Values, st.SearchStrategy[Any]]] = {
    "rate": (
        {"type": "integer", "unit": "Mbit/s", "min": 1, "max": 1000},
        st.integers(1, 1000),
    ),
    "colour": (
        {"type": "choice", "options": ["red", "是", 12]},
        st.sampled_from(["red", "是", 12]),
    ),
    "note": ({"type": "text"}, TEXTS),
    "fast": ({"type": "boolean"}, st.booleans()),
}


@st.composite
def classes(draw: st.DrawFn, code: str) -> Values:
    names = draw(st.lists(st.sampled_from(list(ATTRIBUTES)), max_size=3, unique=True))
    attributes = [
        {
            "name": name,
            "label": draw(NAMES),
            **ATTRIBUTES[name][0],
            **draw(
                st.fixed_dictionaries(
                    {}, optional={"default": ATTRIBUTES[name][1], "configurable": st.booleans()}
                )
            ),
        }
        for name in names
    ]
    return {
        "code": code,
        "name": draw(NAMES),
        **({"attributes": attributes} if attributes else {}),
    }


ELIGIBILITY: dict[str, st.SearchStrategy[Any]] = {
    "customer_kinds": st.lists(
        st.sampled_from(["person", "organisation"]), min_size=1, max_size=2, unique=True
    ),
    "segments": st.lists(st.sampled_from(["student", "老年"]), min_size=1, max_size=2, unique=True),
    "channels": st.lists(st.sampled_from(["app", "counter"]), min_size=1, max_size=2, unique=True),
    "regions": st.just(["east"]),
}


@st.composite
def offerings(draw: st.DrawFn, code: str, kind: str, top: Values, **more: Any) -> Values:
    of = draw(st.sampled_from(top["classes"]))
    values = {
        one["name"]: draw(ATTRIBUTES[one["name"]][1])
        for one in of.get("attributes", [])
        if "default" not in one or draw(st.booleans())
    }
    covering = [one["code"] for one in top["tariffs"] if "valid_to" not in one["versions"][-1]]
    listed = (
        st.lists(st.sampled_from(covering), max_size=2, unique=True) if covering else st.just([])
    )
    ends = draw(st.sampled_from(["", "2998-01-01T00:00:01+08:00"]))
    entry = {
        "code": code,
        "kind": kind,
        "class": of["code"],
        "brand": draw(st.sampled_from(top["brands"]))["code"],
        "name": draw(NAMES),
        "description": draw(NAMES),
        "source": draw(TEXTS),
        "status": draw(st.sampled_from(["launched", "launched", "launched", "in_test", "retired"])),
        "sale": {"from": "2025-12-31T16:00:00Z", **({"to": ends} if ends else {})},
        **({"attributes": values} if values else {}),
        "services": draw(
            st.lists(st.sampled_from([one["code"] for one in top["services"][1:]]), unique=True)
        ),
        "tariffs": draw(listed),
        **more,
    }
    eligibility = draw(st.fixed_dictionaries({}, optional=ELIGIBILITY))
    return entry | ({"eligibility": eligibility} if eligibility else {})


@st.composite
def catalogues(draw: st.DrawFn) -> Values:
    """A catalogue of one or two plans, add-ons that need and exclude each other, a bundle."""
    top: Values = {
        "format": 1,
        "operator": {"name": draw(NAMES), "currency": "CNY", "timezone": "Asia/Shanghai"},
        "brands": [{"code": code, "name": draw(NAMES)} for code in ("HOUSE", "OTHER")],
        "classes": [draw(classes(code)) for code in ("PLANS", "PACKS")],
        "services": [
            draw(services(code, kind))
            for code, kind in (("NUMBER", "resource"), ("CALLS", "function"), ("FILMS", "content"))
        ],
        "tariffs": [draw(tariffs(f"T-{number}")) for number in range(draw(st.integers(1, 3)))],
        "offerings": [],
    }
    plans = ["PLAN-1", "PLAN-2"]
    for code in plans:
        plan = draw(offerings(code, "main", top, charging_mode="postpaid", status="launched"))
        plan["services"] = ["NUMBER", *plan["services"]]
        top["offerings"].append(plan)
    choices: st.SearchStrategy[Any] = st.sampled_from(plans) | st.just({"any_of": plans})
    for number in range(draw(st.integers(0, 2))):
        pack = draw(offerings(f"PACK-{number}", "addon", top, requires=[draw(choices)]))
        if number:
            pack[draw(st.sampled_from(["excludes", "replaces"]))] = ["PACK-0"]
        if draw(st.booleans()):
            pack["eligibility"] = pack.get("eligibility", {}) | draw(
                st.sampled_from(
                    [{"owns": plans}, {"brands": ["HOUSE", "OTHER"]}, {"minimum_months": 12}]
                )
            )
        top["offerings"].append(pack)
    if draw(st.booleans()):
        parts = [
            {"any_of": [plans[0]], "min": 1, "max": 2},
            {"any_of": [plans[1]], "min": draw(st.integers(0, 1)), "max": 1},
        ]
        home = draw(offerings("HOME", "bundle", top, parts=parts))
        home.pop("eligibility", None)  # its parts' narrow it already
        top["offerings"].append(home)
    return top


def documents() -> st.SearchStrategy[CatalogueDocument]:
    """Those catalogues that pass every check, as documents."""
    return catalogues().map(_document).filter(lambda document: document is not None)


def _document(top: Values) -> Any:
    try:
        return parse(written(top), file="a.yaml")
    except CatalogueRefused as refusal:
        if all(".eligibility" in problem.path for problem in refusal.problems):
            return None  # a plan is for other customers than the pack that needs it
        raise
