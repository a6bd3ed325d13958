"""What tests of the desktop host share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder, and the logger as it was."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    logger = logging.getLogger("addin")
    before = logger.handlers[:]
    logger.handlers.clear()
    yield tmp_path
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:] = before
