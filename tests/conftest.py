"""What every test shares: a home of its own, and how many examples property tests try (`dev`, `ci`, THOROUGH=1)."""

import gc
import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("ci"), max_examples=300)
settings.load_profile("thorough" if os.environ.get("THOROUGH") else "ci" if os.environ.get("CI") else "dev")

# logs, undo and settings go into the user's home, and tests must not
HOME = tempfile.TemporaryDirectory(prefix="home_", ignore_cleanup_errors=True)
os.environ["HOME"] = os.environ["USERPROFILE"] = HOME.name

# thousands of tests keep many objects alive: looking through them for garbage so often takes a tenth of the time
gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that drive LibreOffice begin, so that no process is left alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("office") is None)
