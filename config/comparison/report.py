"""What was measured of the two authorization schemes, in words: for a terminal and for docs/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auth_center.authority import measured
from config.comparison.authorization import SCHEMES, between_systems, summary
from config.instance.layout import ROOT

REPORT = ROOT / "docs" / "authorization-schemes.md"


def as_text(figures: Mapping[str, Any]) -> str:
    """Return a few lines for whoever started the comparison."""
    lines = [
        f"{figures['operation']}, {figures['operations']} times each; without authorization "
        f"p50 {figures['without']['p50_ms']} ms, p99 {figures['without']['p99_ms']} ms",
    ]
    for name in SCHEMES:
        one, few = figures[name], summary(figures)[name]
        lines += [
            f"{name}:",
            f"  sign-on with work in two consoles: {few['messages']} messages",
            f"  authorization in an operation: p50 {few['p50_ms']} ms, p99 {few['p99_ms']} ms "
            f"(whole operation p50 {one['whole']['p50_ms']} ms)",
            f"  a revoked permission still worked for {one['revocation_seconds']} s, "
            f"a given one came after {one['granting_seconds']} s",
            f"  without the centre: {_without_centre(one)}",
        ]
    lines.append(
        f"asking the centre, where nothing is kept: p50 {figures['asked']['p50_ms']} ms, "
        f"p99 {figures['asked']['p99_ms']} ms"
    )
    return "\n".join(lines)


def write(figures: Mapping[str, Any]) -> list[str]:
    """Keep the figures for the page, and the report among the documents; return the paths."""
    kept = {**figures, "summary": summary(figures)}
    measured.PATH.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    REPORT.write_text(as_document(figures), "utf-8")
    return [str(path.relative_to(ROOT)) for path in (measured.PATH, REPORT)]


def as_document(figures: Mapping[str, Any]) -> str:
    """Return the report in Markdown."""
    template = (Path(__file__).parent / "authorization.md").read_text("utf-8")
    few = summary(figures)
    d, c = (figures[name] for name in SCHEMES)
    return template.format(
        measured_at=figures["measured_at"][:10],
        machine=figures["machine"],
        operation=figures["operation"],
        operations=figures["operations"],
        kept=f"{figures['kept_seconds']:g}",
        d_messages=few["distributed"]["messages"],
        c_messages=few["centralized"]["messages"],
        d_asks=_asks(d),
        c_asks=_asks(c),
        without_p50=figures["without"]["p50_ms"],
        without_p99=figures["without"]["p99_ms"],
        d_whole=d["whole"]["p50_ms"],
        c_whole=c["whole"]["p50_ms"],
        d_whole_p99=d["whole"]["p99_ms"],
        c_whole_p99=c["whole"]["p99_ms"],
        d_p50=d["own"]["p50_ms"],
        c_p50=c["own"]["p50_ms"],
        d_p99=d["own"]["p99_ms"],
        c_p99=c["own"]["p99_ms"],
        asked_p50=figures["asked"]["p50_ms"],
        asked_p99=figures["asked"]["p99_ms"],
        d_revocation=d["revocation_seconds"],
        c_revocation=c["revocation_seconds"],
        d_granting=d["granting_seconds"],
        c_granting=c["granting_seconds"],
        d_without_centre=_without_centre(d),
        c_without_centre=_without_centre(c),
        c_back=c["back_seconds"],
        role_messages=d["messages_for_a_role"],
        d_arrows=_arrows(d["arrows"]),
        c_arrows=_arrows(c["arrows"]),
        last_line=json.dumps(few),
    )


def _asks(one: Mapping[str, Any]) -> int:
    """Return how many of the messages are questions about authorization and their answers."""
    return sum(arrow["message"].startswith("Authorize") for arrow in between_systems(one["arrows"]))


def _without_centre(one: Mapping[str, Any]) -> str:
    if one["works_when_centre_down"]:
        return f"work went on for all {one['goes_on_seconds']} s that were watched"
    return (
        f"work went on for {one['goes_on_seconds']} s by what the centre had said, "
        f"then it was refused ({one['then']})"
    )


def _arrows(arrows: list[dict[str, str]]) -> str:
    return "\n".join(
        f"{one['from']} > {one['to']}: {one['message']} {one['note']}".rstrip() for one in arrows
    )
