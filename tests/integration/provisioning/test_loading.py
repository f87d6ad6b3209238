"""批量入库: many numbers and cards at once, all or none, quickly, every mistake with its line."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.errors import PermissionDenied
from provisioning import services
from provisioning.generation import generate_cards, generate_numbers
from provisioning.models import PhoneNumber, SimCard
from provisioning.numbering import iccid_of, imsi_of
from provisioning.resource_files import LoadRefused
from tests.integration.provisioning.world import SOMEBODY

pytestmark = pytest.mark.django_db(databases=["oss"])


def run(*words: str | Path) -> str:
    out = io.StringIO()
    call_command(*(str(word) for word in words), stdout=out)
    return out.getvalue()


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_a_file_of_numbers_is_loaded_free(tmp_path: Path) -> None:
    file = write(
        tmp_path / "numbers.csv",
        "msisdn,region,level",
        "13512345678,SH,gold",
        "13512345679,,",
        "13512345670,BJ,",
    )
    assert "3 numbers loaded" in run("load_numbers", file)
    rows = PhoneNumber.objects.filter(pk__startswith="135").order_by("pk")
    assert list(rows.values_list("pk", "region", "level", "state")) == [
        ("13512345670", "BJ", None, "free"),
        ("13512345678", "SH", "gold", "free"),
        ("13512345679", "", None, "free"),
    ]


def test_a_file_of_cards_is_loaded_free(tmp_path: Path) -> None:
    lines = [f"{iccid_of(n)},{imsi_of(n)}" for n in range(700, 703)]
    file = write(tmp_path / "cards.csv", "iccid,imsi", *lines)
    assert "3 SIM cards loaded" in run("load_sims", file)
    assert SimCard.objects.get(pk=iccid_of(701)).imsi == imsi_of(701)


def test_every_mistake_is_told_with_its_line_and_nothing_is_loaded(tmp_path: Path) -> None:
    services.load_numbers(generate_numbers("1351111", 1), actor=SOMEBODY)
    file = write(
        tmp_path / "numbers.csv",
        "msisdn,level",
        "13512345678,",
        "1351234567,",
        "13512345678,",
        "13511110000,",
        "13512345679,platinum",
    )
    with pytest.raises(CommandError) as refused:
        run("load_numbers", file)
    words = str(refused.value)
    assert "4 problems in the file, nothing was loaded" in words
    assert "line 3: '1351234567' is no mobile number" in words
    assert "line 4: 13512345678 stands on line 2 already" in words
    assert "line 5: 13511110000 is in the inventory already" in words
    assert "line 6: unknown level platinum" in words
    assert "第 3 行" in words
    assert PhoneNumber.objects.filter(pk__startswith="135").count() == 1


def test_a_card_whose_check_digit_is_wrong_is_found(tmp_path: Path) -> None:
    good = iccid_of(800)
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    file = write(
        tmp_path / "cards.csv",
        "iccid,imsi",
        f"{good},{imsi_of(800)}",
        f"{bad},{imsi_of(801)}",
        f"{iccid_of(802)},310150123456789",
        f"{iccid_of(803)},{imsi_of(800)}",
    )
    with pytest.raises(CommandError) as refused:
        run("load_sims", file)
    assert f"line 3: ICCID '{bad}' does not check" in str(refused.value)
    assert "line 4: IMSI '310150123456789' is none" in str(refused.value)
    assert f"line 5: {imsi_of(800)} stands on line 2 already" in str(refused.value)
    assert not SimCard.objects.filter(pk=good).exists()


def test_of_very_many_mistakes_the_first_are_told_and_all_counted() -> None:
    rows = (replace(row, msisdn="1") for row in generate_numbers("134", 500))
    with pytest.raises(LoadRefused) as refused:
        services.load_numbers(rows, actor=SOMEBODY)
    assert "500" in refused.value.en
    assert len(refused.value.errors) == 20


@pytest.mark.parametrize("lines", [["number", "13512345678"], ["msisdn,colour", "1,red"], []])
def test_a_file_of_another_kind_is_refused_by_its_header(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(CommandError, match="line 1: the header should be msisdn"):
        run("load_numbers", write(tmp_path / "other.csv", *lines))


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("load_numbers", tmp_path / "nowhere.csv")


def test_made_up_ones_go_on_where_the_last_ended() -> None:
    for _ in range(2):
        run("load_numbers", "--generate", "30", "--prefix", "1777777")
        run("load_sims", "--generate", "30")
    numbers = PhoneNumber.objects.filter(pk__startswith="1777777").order_by("pk")
    assert [one.pk for one in numbers] == [f"1777777{n:04d}" for n in range(60)]
    assert numbers[0].level_id == "gold"
    assert numbers[12].level_id is None
    with pytest.raises(CommandError, match="no 10000 free numbers"):
        run("load_numbers", "--generate", "10000", "--prefix", "1777777")


def test_only_who_may_loads() -> None:
    nobody = replace(SOMEBODY, grants=frozenset())
    with pytest.raises(PermissionDenied):
        services.load_numbers(generate_numbers("136", 1), actor=nobody)
    with pytest.raises(PermissionDenied):
        services.load_sims(generate_cards(1), actor=nobody)


def test_a_hundred_thousand_numbers_are_loaded_in_seconds_with_progress() -> None:
    said: list[int] = []
    started = time.monotonic()
    count = services.load_numbers(
        generate_numbers("1666", 100_000), actor=SOMEBODY, progress=said.append
    )
    seconds = time.monotonic() - started
    assert count == PhoneNumber.objects.filter(pk__startswith="1666").count() == 100_000
    assert said == list(range(10_000, 100_001, 10_000))
    assert seconds < 20
