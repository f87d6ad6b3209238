"""A file of usage becomes records, once, and what is wrong in it is set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auth_center.actors import Actor
from billing.models import FormerNumber, QuarantinedRecord, UsageBatch, UsageRecord
from billing.usage import FileRefused, checking, parts, receive_file
from core.errors import PermissionDenied
from tests.integration.billing.usage.files import (
    NOW,
    NUMBER,
    SINCE,
    csv_text,
    json_text,
    line,
    put,
    somebody,
    take,
)

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def test_a_line_becomes_a_record(tmp_path: Path) -> None:
    wang = somebody()
    batch = take(
        tmp_path,
        csv_text([line("K1", unit="min", quantity="3", peer="13800000001", zone="local")]),
    )
    held = UsageRecord.objects.get()
    assert (batch.state, batch.records, batch.told["name"]) == ("loaded", 1, "MSC01-0001")
    assert (held.key, held.revision, held.batch_id, held.line_no) == ("K1", 0, batch.pk, 3)
    assert (held.usage, held.subscriber_id, held.quantity) == ("voice", wang.pk, 180)
    assert held.started_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert (held.zone, held.roaming, held.peer) == ("local", "", "13800000001")


def test_json_lines_say_the_same(tmp_path: Path) -> None:
    somebody()
    batch = take(
        tmp_path,
        json_text([
            {"key": "D1", "usage": "data", "number": NUMBER, "quantity": 3, "unit": "MB",
             "started_at": "2026-02-28T16:00:00Z"},
            {"key": "O1", "usage": "one_off", "number": NUMBER, "quantity": 1, "amount": "9.9",
             "started_at": "2026-02-28T16:00:00Z"},
        ]),
    )  # fmt: skip
    assert batch.records == 2
    assert UsageRecord.objects.get(key="D1").quantity == 3 * 1024**2
    assert str(UsageRecord.objects.get(key="O1").amount) == "9.900000"


WRONG = [
    (line("K 1"), "bad_key"),
    (line(""), "bad_key"),
    (line("K", revision="x"), "bad_revision"),
    (line("K", usage="fax"), "unknown_usage"),
    (line("K", number=""), "bad_number"),
    (line("K", started_at="2026-03-01T10:00:00"), "bad_time"),
    (line("K", started_at="2026-02-30T10:00:00Z"), "bad_time"),
    (line("K", started_at="infinity"), "bad_time"),
    (line("K", started_at="2026-03-02T10:00:00Z"), "future"),
    (line("K", started_at="2024-03-02T10:00:00Z"), "too_old"),
    (line("K", unit="MB"), "wrong_unit"),
    (line("K", quantity="NaN"), "bad_quantity"),
    (line("K", quantity="-1"), "bad_quantity"),
    (line("K", quantity="1.5"), "bad_quantity"),
    (line("K", quantity=""), "bad_quantity"),
    (line("K", quantity="9" * 19), "overflow"),
    (line("K", quantity="9" * 400), "overflow"),
    (line("K", zone="Über"), "bad_place"),
    (line("K", peer="9" * 41), "bad_place"),
    (line("K", amount="1.00"), "bad_amount"),
    (line("K", usage="one_off", quantity="1"), "bad_amount"),
    (line("K", usage="one_off", quantity="1", amount="NaN"), "bad_amount"),
    (line("K", usage="one_off", quantity="1", amount="1e9"), "bad_amount"),
    (line("K", usage="one_off", quantity="1", amount="999999999"), "overflow"),
    (line("K", number="13900000000"), "unknown_subscriber"),
    (line("K", number="", subscriber="SB000000026"), "unknown_subscriber"),
    ("K,0,voice", "unreadable"),
    ('"K,0,voice,1,,,,,,,,,', "unreadable"),
    (line("K\x00"), "unreadable"),
    (line("K\x07"), "unreadable"),
]


def test_each_wrong_line_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    somebody()
    batch = take(tmp_path, csv_text([*(text for text, _ in WRONG), line("sound")]))
    held = QuarantinedRecord.objects.order_by("line_no")
    assert list(held.values_list("line_no", "reason")) == [
        (number, reason) for number, (_, reason) in enumerate(WRONG, start=3)
    ]
    assert [one.content for one in held] == [text.replace("\0", "␀") for text, _ in WRONG]
    assert all(one.detail_zh and one.detail_en for one in held)
    assert list(UsageRecord.objects.values_list("key", flat=True)) == ["sound"]
    assert batch.records + sum(batch.counts["quarantined"].values()) == len(WRONG) + 1


def test_nobody_had_the_number_yet(tmp_path: Path) -> None:
    somebody(activated_at=datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    take(tmp_path, csv_text([line("K")]))
    held = QuarantinedRecord.objects.get()
    assert held.reason == "unknown_subscriber"
    assert held.detail_en == f"nobody had {NUMBER} at that time"


def test_use_belongs_to_whoever_had_the_number_then(tmp_path: Path) -> None:
    before = somebody(
        no="SB000000026", status="terminated", terminated_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    after = somebody(activated_at=datetime(2026, 2, 15, tzinfo=UTC))
    take(tmp_path, csv_text([
        line("A", started_at="2025-12-31T23:59:59Z"),
        line("B", started_at="2026-01-20T00:00:00Z"),
        line("C", started_at="2026-02-20T00:00:00Z"),
        line("D", started_at="2026-02-20T00:00:00Z", number="", subscriber="SB000000018"),
    ]))  # fmt: skip
    assert dict(UsageRecord.objects.values_list("key", "subscriber_id")) == {
        "A": before.pk, "C": after.pk, "D": after.pk,
    }  # fmt: skip
    assert UsageRecord.objects.get(key="D").service_number == NUMBER


def test_a_number_that_changed_hands_is_charged_to_whoever_had_it_then(tmp_path: Path) -> None:
    """Two swap the number: one had it until 1 February, the other from that very instant."""
    handed = datetime(2026, 2, 1, tzinfo=UTC)
    first = somebody("13900000001", no="SB000000018", number_since=handed)
    second = somebody(no="SB000000026", number_since=handed)
    for one, number in ((first, NUMBER), (second, "13900000002")):
        FormerNumber.objects.create(
            subscriber=one, service_kind="mobile", service_number=number,
            held_from=SINCE, held_to=handed,
        )  # fmt: skip
    take(tmp_path, csv_text([
        line("A", started_at="2026-01-31T23:59:59Z"),
        line("B", started_at="2026-02-01T00:00:00Z"),
        line("C", started_at="2026-01-10T00:00:00Z", number="13900000002"),
        line("D", started_at="2026-02-10T00:00:00Z", number="13900000002"),
        line("E", started_at="2026-01-10T00:00:00Z", number="", subscriber="SB000000018"),
    ]))  # fmt: skip
    assert {
        one.key: (one.subscriber_id, one.service_number) for one in UsageRecord.objects.all()
    } == {
        "A": (first.pk, NUMBER), "B": (second.pk, NUMBER), "C": (second.pk, "13900000002"),
        "E": (first.pk, NUMBER),
    }  # fmt: skip
    assert QuarantinedRecord.objects.get().reason == "unknown_subscriber"


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    somebody()
    text = csv_text([line("K1"), line("K2", quantity="x")])
    first, again = take(tmp_path, text), take(tmp_path, text, "another-name.csv")
    assert again.pk == first.pk
    assert (UsageRecord.objects.count(), QuarantinedRecord.objects.count()) == (1, 1)


def test_a_key_is_held_once(tmp_path: Path) -> None:
    somebody()
    take(tmp_path, csv_text([line("K1"), line("K1"), line("K1", quantity="60")]))
    batch = take(tmp_path, csv_text([line("K1"), line("K1", quantity="61"), line("K2")], name="B"))
    assert list(UsageRecord.objects.order_by("key").values_list("key", "quantity")) == [
        ("K1", 120), ("K2", 120),
    ]  # fmt: skip
    assert (batch.records, batch.counts) == (
        1, {"duplicates": 1, "quarantined": {"key_taken": 1}},
    )  # fmt: skip


def test_a_correction_is_a_record_of_its_own(tmp_path: Path) -> None:
    somebody()
    batch = take(tmp_path, csv_text([line("K1", revision="2", quantity="0"), line("K1")]))
    assert batch.records == 2
    assert list(UsageRecord.objects.order_by("revision").values_list("revision", "quantity")) == [
        (0, 120), (2, 0),
    ]  # fmt: skip


def test_quoted_fields_and_windows_lines(tmp_path: Path) -> None:
    somebody()
    text = csv_text([line("K1", provider='"星空, 视频"'), line("K2", provider='"a ""b"""')])
    take(tmp_path, text.replace("\n", "\r\n"))
    assert dict(UsageRecord.objects.values_list("key", "provider")) == {
        "K1": "星空, 视频", "K2": 'a "b"',
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    somebody()
    take(tmp_path, csv_text([line("K1", provider="星空视频")]).encode(encoding))
    assert UsageRecord.objects.get().provider == "星空视频"


def _mixed() -> bytes:
    text = csv_text([line("K1", provider="星空视频"), line("K2", provider="@")]).encode()
    return text.replace(b"@", "星空".encode("gb18030"))


REFUSED = [
    (b"", "line 1: there is no header"),
    (b"\xff\xfeH\0E\0", "line 1: there is no header"),
    (b"key,usage\n", "line 1: there is no header"),
    (b'{"header": {"format": "usage", "version": 1, "name": "\\u0000"}}\n', "no header"),
    (csv_text([line("K")]).replace("quantity,", "quality,").encode(), "line 2: columns unknown"),
    (csv_text([line("K")]).rpartition("TRAILER")[0].encode(), "there is no trailer"),
    (csv_text([line("K"), line("L")], records=3).encode(), "control totals differ: 3 records"),
    (csv_text([line("K")], quantity=121).encode(), "control totals differ"),
    (csv_text([line("K")]).replace("TRAILER,1", "TRAILER,x").encode(), "line 4: the trailer"),
    ((csv_text([line("K")]) + line("L")).encode(), "line 5: something follows the trailer"),
    (csv_text([line("K"), "x" * 20_000]).encode(), "line 4: longer than 16384 bytes"),
    (csv_text([line("K")]).encode() + b"x" * 5_000_000, "line 5: longer than 16384 bytes"),
    (_mixed(), "line 4: it is not in UTF-8 or GB18030"),
    (csv_text([line("K", provider="@")]).encode().replace(b"@", b"\xff\xff"), "line 3: it is not"),
]


@pytest.mark.parametrize(("content", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_a_file_that_is_none_is_refused_whole(tmp_path: Path, content: bytes, why: str) -> None:
    somebody()
    with pytest.raises(FileRefused, match=why):
        take(tmp_path, content)
    with pytest.raises(FileRefused, match=why):
        take(tmp_path, content, "again.csv")
    assert UsageBatch.objects.get().state == "refused"
    assert not UsageRecord.objects.exists()
    assert not QuarantinedRecord.objects.exists()


def test_a_file_is_read_in_blocks_and_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody()
    monkeypatch.setattr(checking, "BLOCK", 100)
    monkeypatch.setattr(parts, "PART_BYTES", 300)
    text = csv_text([line(f"K{n}", provider="星空") for n in range(40)])
    batch = take(tmp_path, text.encode("gb18030"))
    assert (batch.records, batch.told["records"], batch.told["encoding"]) == (40, 40, "gb18030")
    assert UsageRecord.objects.filter(provider="星空").count() == 40


def test_who_may_not_load_leaves_no_trace(tmp_path: Path) -> None:
    nobody = Actor(kind="operator", number="8001")
    with pytest.raises(PermissionDenied):
        receive_file(path=put(tmp_path, csv_text([line("K")])), actor=nobody, at=NOW)
    assert not UsageBatch.objects.exists()


def test_a_link_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "link.csv"
    path.symlink_to(put(tmp_path, csv_text([line("K")])))
    with pytest.raises(OSError, match="link"):
        receive_file(path=path, actor=nobody_special(), at=NOW)


def nobody_special() -> Actor:
    """Whoever loads."""
    from tests.integration.billing.usage.files import CLERK

    return CLERK
