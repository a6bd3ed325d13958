"""The README's commands, run as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from addin.cli import app
from tests.addin.commands import run

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SALES = "Customer,Date,Net amount,Invoice\nC1,2024-03-01,100.5,I1\nC1,2025-03-01,200.25,I2\nC2,2025-06-30,50,CN3\n"


def commands(section: str) -> list[list[str]]:
    """Give the commands in the first code block of a section, without `uv run customer-value`."""
    text = README.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    block = "\n".join(line for line in text.splitlines() if line.startswith("    ")).replace("\\\n", "")
    return [shlex.split(found) for found in re.findall(r"uv run customer-value (.+)", block)]


def test_two_commands_do_everything() -> None:
    assert "    pip install uv && uv run customer-value demo\n" in README
    assert "    pip install uv && uv run pytest\n" in README


def test_own_data_from_new_to_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sales.csv").write_text(SALES, encoding="utf-8")
    steps = commands("From your own data")
    assert [step[0] for step in steps] == ["new", "import", "refresh", "refresh", "refresh"]
    for step in steps:
        outcome = run(capsys, *step)
        assert outcome.code == 0, (step, outcome.out, outcome.err)
    assert run(capsys, "import", "sales.csv", "model.xlsx", "--mapping", "erp").code == 0


def test_the_table_has_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `customer-value "))
    named = [*re.findall(r"`customer-value ([\w-]+)", table), "uninstall", "doctor"]
    there = (command.name or command.callback.__name__ for command in app.registered_commands if command.callback)
    assert set(named) == {name.strip("_").replace("_", "-") for name in there}
    for name in named:
        assert run(capsys, name, "--help").code == 0
