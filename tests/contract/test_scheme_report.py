"""The report of the two authorization schemes is what was measured, word for word."""

from __future__ import annotations

import json

from auth_center.authority.measured import PATH
from auth_center.pages.scheme_rows import comparison
from config.comparison.authorization import figures_of, summary
from config.comparison.report import REPORT, as_document, as_text

KEPT = json.loads(PATH.read_text("utf-8"))


def test_the_report_says_what_is_kept_and_nothing_else() -> None:
    assert REPORT.read_text("utf-8") == as_document(KEPT), "compare_schemes authorization --write"


def test_the_summary_has_what_is_compared() -> None:
    few = summary(KEPT)
    assert few == KEPT["summary"]
    assert list(few) == ["distributed", "centralized"]
    for one in few.values():
        assert set(one) == {
            "messages", "p50_ms", "p99_ms", "works_when_centre_down", "revocation_seconds",
        }  # fmt: skip


def test_the_schemes_differ_as_they_are_meant_to() -> None:
    distributed, centralized = (KEPT[name] for name in ("distributed", "centralized"))
    assert distributed["works_when_centre_down"]
    assert not centralized["works_when_centre_down"]
    assert centralized["then"] == "centreSilent"
    assert centralized["revocation_seconds"] <= KEPT["kept_seconds"] + 1
    assert KEPT["operations"] >= 1000
    asked = [one for one in centralized["arrows"] if one["message"].startswith("Authorize")]
    assert len(asked) == 8
    assert not [one for one in distributed["arrows"] if one["message"].startswith("Authorize")]


def test_page_and_terminal_say_the_same_figures() -> None:
    few = KEPT["summary"]
    shown = " ".join(f"{row.distributed} {row.centralized}" for row in comparison(KEPT))
    for scheme in few.values():
        assert f"{scheme['p50_ms']:g}" in shown
        assert f"p50 {scheme['p50_ms']} ms" in as_text(KEPT)


def test_percentiles_are_of_the_times_in_milliseconds() -> None:
    assert figures_of([number / 1000 for number in range(101)]) == {"p50_ms": 50.0, "p99_ms": 99.0}
