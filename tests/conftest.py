"""What every test shares: a home of its own, and the profiles of property tests, `dev` and, with many more, `ci`."""

import os
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# logs, undo and settings go into the user's home, and tests must not
HOME = tempfile.TemporaryDirectory(prefix="home_", ignore_cleanup_errors=True)
os.environ["HOME"] = os.environ["USERPROFILE"] = HOME.name
