"""Each import contract fails when it is broken: a contract that cannot fail keeps nothing."""

from __future__ import annotations

import shutil
import subprocess
import tomllib

import pytest

from config.instance.checks import BIN
from config.instance.layout import ROOT

# A module that breaks the contract, and its offending line.
OFFENCES = {
    "core knows no app, integration knows core, auth_center knows both": (
        "core/offence.py",
        "import integration",
    ),
    "orders conducts; customers and products do not know it": (
        "customers/offence.py",
        "import orders",
    ),
    "CRM knows neither BOSS nor provisioning": ("products/offence.py", "import billing"),
    "BOSS knows neither CRM nor provisioning": ("billing/offence.py", "import provisioning"),
    "provisioning knows neither CRM nor BOSS": ("provisioning/offence.py", "import customers"),
    "inside an app: edges, then services, adapters, selectors, models, words": (
        "customers/states/offence.py",
        "import customers.services",
    ),
    "the simulated network stands apart from the system it simulates for": (
        "provisioning/simulator/offence.py",
        "import django",
    ),
    "an instance is run without knowing what runs in it": (
        "config/instance/offence.py",
        "import core",
    ),
}


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return [contract["name"] for contract in settings["contracts"]]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of a copy of the code with every offence in it."""
    copy = tmp_path_factory.mktemp("copy")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    for package in settings["root_packages"]:
        only_code = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")
        shutil.copytree(ROOT / package, copy / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, line in OFFENCES.values():
        module = copy / name
        if not (package := module.parent).is_dir():  # states.py becomes states/__init__.py
            package.mkdir()
            package.with_suffix(".py").rename(package / "__init__.py")
        module.write_text(line + "\n")
    said = subprocess.run(
        [f"{BIN}/lint-imports", "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    ends = (" KEPT", " BROKEN")
    lines = [line for line in said.stdout.splitlines() if line.endswith(ends)]
    return {name: verdict for name, _, verdict in (line.rpartition(" ") for line in lines)}


def test_every_contract_has_its_offence() -> None:
    assert set(OFFENCES) == set(contracts())


@pytest.mark.parametrize("contract", sorted(OFFENCES))
def test_breaking_it_is_noticed(contract: str, verdicts: dict[str, str]) -> None:
    assert verdicts[contract] == "BROKEN"
