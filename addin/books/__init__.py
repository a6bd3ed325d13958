"""Adapters that fill the port `addin.workbook.Workbook`: one module for each program that can hold a workbook."""
