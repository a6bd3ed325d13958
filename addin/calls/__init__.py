"""
Calls of worksheet functions: cells in, cells and a message out, the same for every host.

`evaluation` runs one call, `arguments` reads what it was given, `json_lines` is the host for other programs.
"""

from addin.calls.evaluation import CallError, Reply, evaluate, last_message
from addin.calls.json_lines import batch, call_json

__all__ = ["CallError", "Reply", "batch", "call_json", "evaluate", "last_message"]
