from __future__ import annotations

from pathlib import Path

from config.instance.checks import check_steps, counts, pytest_step, summary


def test_all_adds_the_long_tests_and_arguments_reach_pytest(tmp_path: Path) -> None:
    usual = pytest_step(["tests/unit"], tmp_path / "r.xml", everything=False).command
    everything = pytest_step([], tmp_path / "r.xml", everything=True).command
    assert usual[-5:] == ["-n", "2", "--dist", "worksteal", "tests/unit"]
    assert "-m" not in usual[3:]
    assert everything[-2:] == ["-m", ""]
    alone = pytest_step(["-n0"], tmp_path / "r.xml", everything=False).command
    assert "2" not in alone


def test_the_checks_are_those_that_were_promised() -> None:
    assert [step.name for step in check_steps()] == [
        "format",
        "lint",
        "types",
        "contracts",
        "migrations",
        "deploy",
    ]


def test_the_last_line_counts_the_tests(tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    assert counts(report).startswith("0 passed, 1 failed")
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>'
    )
    assert counts(report) == "5 passed, 2 failed, 2 skipped"


def test_the_summary_names_what_failed() -> None:
    text = summary([("format", True, 0.1), ("types", False, 12.0)])
    assert text.splitlines() == ["  ok      format         0.1 s", "  FAILED  types         12.0 s"]
