"""A catalogue that passes the checks is written as a file that says the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from products.catalogue import CatalogueDocument, content_of, parse
from products.catalogue.building import Configured
from products.catalogue.content import SECTIONS
from products.catalogue.writing import written
from products.exporting import released_content, whole_file
from tests.unit.products.example import catalogue, main, offering, tariff, version
from tests.unit.products.generated import documents


def exported(document: CatalogueDocument) -> str:
    """Write a document as it is exported: rules and commands from where they compute."""
    rules = {
        (one.code, version.version): version.rules or {}
        for one in document.tariffs
        for version in one.versions
    }
    commands = {
        one.code: [
            {"element": c.element, "command": c.command, "parameters": dict(c.parameters)}
            for c in one.commands or ()
        ]
        for one in document.services
    }
    operator = document.source["operator"]
    return written(whole_file(operator, content_of(document.source), rules, commands))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_what_is_exported_says_the_same(document: CatalogueDocument) -> None:
    again = parse(exported(document), file="a.yaml")
    assert again == document
    assert exported(again) == exported(document)


MARK = ("0" * 64, None)


def test_what_was_never_configured_stays_out_with_what_needs_it() -> None:
    values = catalogue(
        main("PLAN"),
        main("NEW", tariffs=["RENTAL", "FRESH"]),
        offering("PACK", requires=[{"any_of": ["PLAN", "NEW"]}]),
        offering("OLD-PACK", requires=["PLAN"]),
        offering("IDEA"),
        tariffs=[tariff("RENTAL", version(1), version(2)), tariff("FRESH")],
    )
    content = {section: values[section] for section in SECTIONS}
    marks = Configured(
        versions={("RENTAL", 1): MARK},
        services=dict.fromkeys(("MSISDN", "VOICE"), ("0" * 64, ("hlr",))),
    )
    kept = released_content(content, marks, drafted={"IDEA"})
    assert [one["code"] for one in kept["offerings"]] == ["PLAN", "OLD-PACK"]
    assert [one["code"] for one in kept["tariffs"]] == ["RENTAL"]
    assert [one["version"] for one in kept["tariffs"][0]["versions"]] == [1]
    assert [one["code"] for one in kept["services"]] == ["MSISDN", "VOICE"]
