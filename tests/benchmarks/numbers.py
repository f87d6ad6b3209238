"""Loading numbers from a CSV file, beside ``COPY`` of the finished rows into the same table."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from config.instance.layout import ROOT
from tests.benchmarks.measure import Result
from tests.instance import Instance

SIZE = 100_000
TABLE = "provisioning_phonenumber"
COLUMNS = "msisdn, level_id, region, state, reference, subscriber_no, ported_in"


def run(instance: Instance, size: int | None) -> Result:
    """Load ``size`` numbers by command, then ``COPY`` as many finished rows into an empty copy."""
    count = size or SIZE
    file = instance.data / "numbers.csv"
    _write(file, count)
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "manage.py", "load_numbers", str(file)],
        cwd=ROOT,
        env=instance.environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.perf_counter() - started
    with psycopg.connect(instance.databases["oss"], autocommit=True) as connection:
        floor_seconds = _copy_floor(connection)
    return Result(
        name="numbers",
        size=count,
        seconds=seconds,
        floor_seconds=floor_seconds,
        rows={f"oss.{TABLE} insert": 1},
        more={"start_of_the_command_included": True},
    )


def _write(file: Path, count: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["msisdn", "region"])
        writer.writerows((f"150{number:08d}", "GZ") for number in range(count))


def _copy_floor(connection: psycopg.Connection[tuple[object, ...]]) -> float:
    connection.execute("CREATE SCHEMA floor")
    connection.execute(f"CREATE TABLE floor.{TABLE} (LIKE public.{TABLE} INCLUDING ALL)")
    finished = io.BytesIO()
    query = f"COPY (SELECT {COLUMNS} FROM public.{TABLE} WHERE msisdn LIKE '150%') TO STDOUT"
    with connection.cursor().copy(query) as copy:
        for block in copy:
            finished.write(block)
    started = time.perf_counter()
    with connection.cursor().copy(f"COPY floor.{TABLE} ({COLUMNS}) FROM STDIN") as copy:
        copy.write(finished.getvalue())
    return time.perf_counter() - started
