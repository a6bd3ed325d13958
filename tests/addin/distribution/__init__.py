"""Distributing copies of a workbook, and collecting what comes back."""
