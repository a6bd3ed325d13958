"""
The pinned versions of everything that is installed, kept in pyproject.toml without any address.

    python .ci/pins.py            fails when the resolved tree is not the one that is pinned
    python .ci/pins.py --write    resolves the newest versions that the ranges allow, and pins them
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
PINS = re.compile(r"^constraint-dependencies = \[\n.*?^\]", re.MULTILINE | re.DOTALL)


def resolved(text: str) -> list[str]:
    """Give the whole tree that a pyproject.toml resolves to, for all platforms, as requirements."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(text, encoding="utf-8")
        for name in ("README.md", "LICENSE"):
            (Path(folder) / name).touch()
        export = [
            "uv",
            "export",
            "--quiet",
            "--all-groups",
            "--no-hashes",
            "--no-annotate",
            "--no-header",
            "--no-emit-project",
        ]
        done = subprocess.run(export, cwd=folder, check=True, capture_output=True, text=True)
    return sorted(line.strip() for line in done.stdout.splitlines() if line.strip() and not line.startswith("-"))


def with_pins(text: str, tree: list[str]) -> str:
    """Put a list of pins into the text of pyproject.toml."""
    lines = "".join(f'    "{line}",\n' for line in tree)
    return PINS.sub(lambda _: f"constraint-dependencies = [\n{lines}]", text)


def main() -> int:
    """Check or write the pins."""
    text = PROJECT.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        PROJECT.write_text(with_pins(text, resolved(with_pins(text, []))), encoding="utf-8")
        return 0
    pinned = sorted(tomllib.loads(text)["tool"]["uv"]["constraint-dependencies"])
    tree = resolved(text)
    for line in sorted(set(tree) ^ set(pinned)):
        sys.stdout.write(f"{'not pinned' if line in tree else 'pinned in vain'}: {line}\n")
    return int(tree != pinned)


if __name__ == "__main__":
    sys.exit(main())
