"""What pytest leaves alone here."""

collect_ignore = ["office_bridge.py"]  # runs in a Python that has LibreOffice's module
