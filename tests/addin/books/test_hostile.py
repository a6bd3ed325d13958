"""Every hostile workbook in one process with limits: refused in words, or harmless, in bounded memory and time."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.addin.books.attacks import ATTACKS, FLIPS, written

MEGABYTES: Final = 2000  # of addresses for the whole process, the libraries among them
SECONDS: Final = 300  # of processor for all of them
PEAK: Final = 600.0  # of memory of the process while it looks at one of them; without any it has about a hundred [MB]
EACH: Final = 30.0  # of processor for one of them; most take a hundredth of a second

ROOT: Final = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of each, by name; the one after the last is the one that killed the process."""
    pytest.importorskip("resource")
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "out").mkdir()
    names = written(folder)
    command = [sys.executable, "-m", "tests.addin.books.hostile", str(folder), str(MEGABYTES), str(SECONDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = {names[int(line["file"])]: line for line in map(json.loads, done.stdout.splitlines())}
    for name, line in sorted(found.items(), key=lambda item: -item[1]["seconds"])[:10]:
        sys.stdout.write(f"{name}: {line['seconds']:.2f} s of processor, at most {line['peak']:.0f} MB\n")
    ended = names[len(found)] if len(found) < len(names) else "none"
    assert done.returncode == 0, f"this ended the process: {ended}; {done.stderr[-2000:]}"
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_in_words_or_harmless(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    said, message = outcomes[name]["said"], ATTACKS[name].message
    if message:
        assert any(re.search(message, words) for words in said), said
    else:
        assert said == []
    assert not any(words.startswith("FAULT") for words in said), said


@pytest.mark.parametrize("seed", range(FLIPS))
def test_damaged_bytes_are_refused_in_words_or_harmless(outcomes: dict[str, dict[str, Any]], seed: int) -> None:
    said = outcomes[f"flip {seed}"]["said"]
    assert not any(words.startswith("FAULT") for words in said), said


def test_memory_and_time_are_bounded(outcomes: dict[str, dict[str, Any]]) -> None:
    assert {name: line["peak"] for name, line in outcomes.items() if line["peak"] > PEAK} == {}
    assert {name: line["seconds"] for name, line in outcomes.items() if line["seconds"] > EACH} == {}
