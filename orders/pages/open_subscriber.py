"""用户开户: the form that opens a subscriber, or the several of a bundle."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from core.console import Page, render_page, render_part, said
from core.errors import DomainError
from customers import selectors as customers
from customers.models import Account, Customer
from orders import permissions, services
from orders.pages.steps import (
    Field,
    Filled,
    Step,
    address_of,
    after,
    customer_page,
    each_refusal,
    facts_about,
    get_customer,
    sent_before,
    shown,
    submit,
)
from orders.pages.summary import Bill, bill_of
from orders.refusals import SentWithOtherContent
from orders.values import ItemRequest, OrderRequest
from products.choosing import (
    Choice,
    Part,
    get_choices,
    list_addons,
    list_bundles,
    list_mains,
    parts_of,
)
from products.eligibility import Facts
from products.selectors import offering_terms
from products.states import OfferingKind

MOST_LEGS = 12


@dataclass(slots=True, kw_only=True)
class Leg:
    """One subscriber of the order, or a part of a bundle: what it is, and what it needs."""

    key: str
    choice: Choice
    choices: tuple[Choice, ...] = ()
    number: Field
    card: Field
    line: Field
    offering: Field

    @property
    def is_mobile(self) -> bool:
        """It needs a number and a SIM card."""
        return "msisdn" in self.choice.resources

    @property
    def has_line(self) -> bool:
        """It is a line to a home, which may be named."""
        return "line" in self.choice.resources

    def characteristics(self) -> dict[str, str]:
        """Return what an order says of this leg's product."""
        if self.is_mobile:
            return {"msisdn": self.number.value, "iccid": self.card.value}
        return {"line": self.line.value} if self.has_line and self.line.value else {}


@dataclass(slots=True, kw_only=True)
class PlaceInBundle:
    """A part of the bundle with the legs that take it."""

    part: Part
    count: Field
    counts: list[int]
    legs: list[Leg]

    @property
    def title_zh(self) -> str:
        """What kind of thing takes this place, in Chinese."""
        return self.part.choices[0].class_zh if self.part.choices else "暂不销售"

    @property
    def title_en(self) -> str:
        """What kind of thing takes this place, in English."""
        return self.part.choices[0].class_en if self.part.choices else "Not on sale"


@dataclass(slots=True, kw_only=True)
class Opening:
    """All that was chosen so far, and all that can be chosen next."""

    account: Account | None
    accounts: list[Account]
    mains: list[Choice]
    bundles: list[Choice]
    main: Choice | None = None
    places: list[PlaceInBundle] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    addons: list[Choice] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    bill: Bill = field(default_factory=Bill)

    @property
    def is_bundle(self) -> bool:
        """Several subscribers are opened at once."""
        return self.main is not None and self.main.kind == OfferingKind.BUNDLE

    @property
    def has_refused(self) -> bool:
        """Some add-ons cannot be had with the rest."""
        return any(one.refusals and one.code not in self.picked for one in self.addons)


def open_subscriber(request: HttpRequest, customer_no: str) -> HttpResponse:
    """Show the form, show it again as its choices change, or submit it and go on."""
    actor, at = actor_of(request), timezone.now()
    customer = get_customer(request, customer_no)
    if request.method != "POST":
        filled = Filled(request.GET)
        return _show(request, customer, filled, _read(filled, customer, actor, at))
    filled = Filled(request.POST)
    opening = _read(filled, customer, actor, at)
    if request.headers.get("HX-Request") or filled.text("step") == "refresh":
        return _show_steps(request, customer, filled, opening)
    _check(filled, opening)
    if not filled.troubles:
        order = _request(customer, opening)
        try:
            made = submit(
                filled,
                asdict(order),
                lambda submission: services.submit_order(
                    request=order, submission=submission, actor=actor, at=at
                ),
            )
            words = said("用户已开通", "The subscriber is in service")
            return after(request, made, done=customer_page(request, customer_no), words=words)
        except SentWithOtherContent as refusal:
            sent_before(filled, refusal, actor)
        except DomainError as refusal:
            for one in each_refusal(refusal):
                _place(one, filled, opening, customer)
    return _show(request, customer, filled, opening)


def _read(filled: Filled, customer: Customer, actor: Actor, at: datetime) -> Opening:
    """Return what the form says, and what can be chosen next to it."""
    accounts = list(customers.list_accounts(actor).filter(customer=customer).order_by("id")[:50])
    wanted = filled.text("account")
    account = next((one for one in accounts if one.account_no == wanted), None)
    if account is None and accounts:
        account = accounts[0]
    facts = facts_about(customer, actor, at)
    search = filled.text("search")
    opening = Opening(account=account, accounts=accounts, mains=[], bundles=[])
    if account is None:
        return opening
    opening.mains = list_mains(at, charging_mode=account.charging_mode, facts=facts, search=search)
    may_bundle = actor.may(permissions.ORDER_PRODUCT)  # it is an order for several products
    if may_bundle:
        opening.bundles = list_bundles(at, facts=facts, search=search)
    opening.main = _chosen_main(filled.text("main"), opening, at, may_bundle=may_bundle)
    if opening.main is None:
        return opening
    if opening.is_bundle:
        opening.places = _places(filled, opening.main, at)
        opening.legs = [leg for place in opening.places for leg in place.legs]
    else:
        opening.legs = [_leg(filled, "1", opening.main)]
        _add_addons(opening, filled, opening.main, facts, at)
    opening.bill = bill_of(
        [
            *([opening.main] if opening.is_bundle else []),
            *(leg.choice for leg in opening.legs),
            *(one for one in opening.addons if one.code in opening.picked),
        ]
    )
    return opening


def _chosen_main(code: str, opening: Opening, at: datetime, *, may_bundle: bool) -> Choice | None:
    """Return what was chosen, also where a search has narrowed the lists meanwhile."""
    if not code:
        return None
    known = {one.code: one for one in (*opening.mains, *opening.bundles)}
    chosen = known.get(code) or get_choices([code], at).get(code)
    if chosen is None or opening.account is None:
        return None
    if chosen.kind == OfferingKind.BUNDLE:
        return chosen if may_bundle else None
    return chosen if chosen.charging_mode == opening.account.charging_mode else None


def _places(filled: Filled, bundle: Choice, at: datetime) -> list[PlaceInBundle]:
    places = []
    for part in parts_of(bundle.code, at):
        most = min(part.maximum, MOST_LEGS) if part.choices else 0
        count = filled.number(f"count-{part.number}", part.minimum, max(most, part.minimum))
        legs = []
        for place in range(1, count + 1 if part.choices else 1):
            key = f"{part.number}-{place}"
            wanted = filled.text(f"leg-{key}")
            choice = next((one for one in part.choices if one.code == wanted), part.choices[0])
            legs.append(_leg(filled, key, choice, part.choices))
        shown_count = Field(f"count-{part.number}", str(count))
        places.append(
            PlaceInBundle(
                part=part,
                count=shown_count,
                counts=list(range(part.minimum, most + 1)),
                legs=legs,
            )
        )
    return places


def _leg(filled: Filled, key: str, choice: Choice, choices: tuple[Choice, ...] = ()) -> Leg:
    return Leg(
        key=key,
        choice=choice,
        choices=choices,
        number=filled.field(f"number-{key}"),
        card=filled.field(f"card-{key}"),
        line=filled.field(f"line-{key}"),
        offering=Field(f"leg-{key}", choice.code, filled.troubles),
    )


def _add_addons(opening: Opening, filled: Filled, main: Choice, facts: Facts, at: datetime) -> None:
    """Add what can be had with the main product, each judged beside the others picked."""
    picked = filled.many("addons")
    brand = offering_terms([main.code], at)[main.code].brand
    opening.addons = list_addons(
        at,
        facts=replace(facts, brand=brand),
        wanted=[main.code, *picked],
        search=filled.text("search_addons"),
    )
    known = {one.code for one in opening.addons}
    opening.picked = [code for code in picked if code in known]


def _check(filled: Filled, opening: Opening) -> None:
    """Note what is still missing, and what cannot be had together."""
    if opening.account is None:
        filled.wrong("account", "该客户没有账户, 请先开账户", "There is no account yet: open one")
        return
    if opening.main is None:
        filled.wrong("main", "请选择主体产品", "Choose what the subscriber shall have")
        return
    seen: dict[str, str] = {}
    for leg in opening.legs:
        if not leg.is_mobile:
            filled.check_text(leg.line.name, most=40)
            continue
        if not leg.number.value:
            filled.wrong(leg.number.name, "请选择号码", "Choose a number")
        if not leg.card.value:
            filled.wrong(leg.card.name, "请扫描或选取 SIM 卡", "Scan a SIM card or take one")
        for one in (leg.number, leg.card):
            if one.value and seen.setdefault(one.value, one.name) != one.name:
                filled.wrong(one.name, "与本单其他用户重复", "Used for another subscriber above")
    for choice in opening.addons:
        if choice.code in opening.picked:
            for refusal in choice.refusals:
                filled.refused("addons", refusal)


def _request(customer: Customer, opening: Opening) -> OrderRequest:
    """Return the order as the form says it."""
    assert opening.account is not None  # noqa: S101 - checked before
    assert opening.main is not None  # noqa: S101
    items = []
    if opening.is_bundle:
        ids = {leg.key: str(place) for place, leg in enumerate(opening.legs, start=2)}
        items.append(
            ItemRequest(
                item_id="1",
                action="add",
                offering_code=opening.main.code,
                parts=tuple(ids.values()),
            )
        )
    else:
        ids = {leg.key: str(place) for place, leg in enumerate(opening.legs, start=1)}
    items += [
        ItemRequest(
            item_id=ids[leg.key],
            action="add",
            offering_code=leg.choice.code,
            characteristics=leg.characteristics(),
        )
        for leg in opening.legs
    ]
    items += [
        ItemRequest(item_id=str(place), action="add", offering_code=code)
        for place, code in enumerate(opening.picked, start=len(items) + 1)
    ]
    return OrderRequest(
        customer_no=customer.customer_no,
        account_no=opening.account.account_no,
        items=tuple(items),
    )


def _place(refusal: DomainError, filled: Filled, opening: Opening, customer: Customer) -> None:
    """Put a refusal beside the field it is about, with what the clerk can do next."""
    name, steps = "", _next_steps(refusal, customer)
    where = refusal.field or ""
    mobile = [leg for leg in opening.legs if leg.is_mobile]
    if where == "msisdn" or refusal.code in ("numberInUse", "numberTaken"):
        leg = _leg_named(refusal, mobile, "number")
        name = leg.number.name if leg else ""
    elif where == "iccid":
        leg = _leg_named(refusal, mobile, "card")
        name = leg.card.name if leg else ""
    elif where == "billingAccount.id":
        name = "account"
    elif refusal.code == "lineMalformed":
        leg = _leg_named(refusal, [leg for leg in opening.legs if leg.has_line], "line")
        name = leg.line.name if leg else ""
    elif where.startswith("productOrderItem"):
        named = {refusal.values.get("offering"), *refusal.values.get("others", ())}
        name = "addons" if named.intersection(opening.picked) else "main"
    filled.refused(name, refusal, *steps)


def _leg_named(refusal: DomainError, legs: list[Leg], what: str) -> Leg | None:
    """Return the leg whose number or card a refusal names, or the first."""
    for leg in legs:
        field_: Field = getattr(leg, what)
        if field_.value and field_.value in refusal.zh:
            return leg
    return legs[0] if legs else None


def _next_steps(refusal: DomainError, customer: Customer) -> tuple[Step, ...]:
    """Return where a clerk goes from a refusal that this form alone cannot mend."""
    number = customer.customer_no
    if refusal.code == "realNameLimit":
        return (
            Step(said("查看名下用户", "See the subscribers"), address_of("customer", number)),
            Step(said("以其他证件开户", "Open another customer"), address_of("open-customer")),
        )
    if refusal.code == "inArrears":
        return (
            Step(
                said("查看客户, 先缴费", "See the customer: pay first"),
                address_of("customer", number),
            ),
            Step(said("另开账户", "Open another account"), _account_form(number)),
        )
    if refusal.code == "chargingModeDiffers":
        return (
            Step(
                said("开另一付费方式的账户", "Open an account of the other mode"),
                _account_form(number),
            ),
        )
    if refusal.code in ("identityRequired", "customerMayNotOrder"):
        return (Step(said("查看客户", "See the customer"), address_of("customer", number)),)
    return ()


def _account_form(customer_no: str, mode: str = "") -> str:
    wanted = f"&charging_mode={mode}" if mode else ""
    return f"{address_of('open-account', customer_no)}?next=open-subscriber{wanted}"


def _context(
    request: HttpRequest, customer: Customer, filled: Filled, opening: Opening
) -> dict[str, object]:
    mode = opening.account.charging_mode if opening.account else ""
    other = "postpaid" if mode == "prepaid" else "prepaid"
    return {
        **shown(filled),
        "customer": customer,
        "back": customer_page(request, customer.customer_no),
        "opening": opening,
        "fields": filled.fields("account", "main", "search", "search_addons", "addons"),
        "may_open_account": actor_of(request).may(permissions.OPEN_ACCOUNT),
        "account_form": _account_form(customer.customer_no, other),
    }


def _show(
    request: HttpRequest, customer: Customer, filled: Filled, opening: Opening
) -> HttpResponse:
    context = _context(request, customer, filled, opening)
    return render_page(
        request,
        "orders/open_subscriber.html",
        title=said("用户开户", "Open a subscriber"),
        status=filled.status,
        **context,
    )


def _show_steps(
    request: HttpRequest, customer: Customer, filled: Filled, opening: Opening
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return _show(request, customer, filled, opening)
    context = _context(request, customer, filled, opening)
    return render_part(request, "orders/open_steps.html", **context)


crm_console.add_page(
    Page(
        path="customers/<number:customer_no>/open-subscriber/",
        name="open-subscriber",
        view=open_subscriber,
        permission=permissions.OPEN_SUBSCRIBER,
        titles=("用户开户", "Open a subscriber"),
        icon="sim_card",
    )
)
