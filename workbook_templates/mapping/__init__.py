"""From a CFO's own workbook to the data contract: which of its cells are which table, found, confirmed, kept, read."""
