"""Copies of a workbook for recipients without the add-in, and what comes back from them."""
