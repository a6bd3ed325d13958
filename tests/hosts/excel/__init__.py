"""Stand-ins for Excel, under the real xlwings desktop engine."""
