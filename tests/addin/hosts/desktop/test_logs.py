"""The log: what failed and where, once, without anybody's data."""

import logging
from pathlib import Path

import pytest

from addin.hosts.desktop.logs import start_log
from addin.userfiles import log_file

pytestmark = pytest.mark.usefixtures("home")

NAME = "Lumbredorf Electrical"


def fail(customer: str) -> None:
    try:
        raise KeyError(customer)
    except KeyError as error:
        raise ValueError(f"{customer} is not there") from error


def logged() -> str:
    return log_file().read_text(encoding="utf-8")


def test_failure_is_logged_with_its_place_and_without_data() -> None:
    start_log()
    try:
        fail(NAME)
    except ValueError:
        logging.getLogger("addin.hosts").exception("%s failed", "RefreshAll")
    assert "RefreshAll failed" in logged()
    assert "in fail" in logged()
    assert logged().index("builtins.KeyError") < logged().index("builtins.ValueError")
    assert NAME not in logged()


def test_neither_log_takes_the_text_that_another_has_written(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("addin")
    logger.addHandler(caplog.handler)  # before ours: logging keeps what the first one writes
    start_log()
    try:
        fail(NAME)
    except ValueError:
        logger.exception("RefreshAll failed")
    assert NAME not in logged()
    assert NAME in caplog.text


def test_starting_twice_logs_once() -> None:
    start_log()
    start_log()
    logging.getLogger("addin").warning("one line")
    assert logged().count("one line") == 1


def test_no_file_is_made_before_there_is_something_to_log() -> None:
    start_log()
    assert not log_file().exists()


def test_a_home_that_cannot_be_written_stops_nobody(home: Path) -> None:
    (home / ".customer_value").write_text("a file where the folder should be")
    start_log()
    assert not logging.getLogger("addin").handlers
