"""What every fitted block looks like: parameters, their errors, and how good the description is."""

from dataclasses import fields
from typing import Any

from valuation.likelihood import Fit
from valuation.tables import Column, Kind

__all__ = ["fitted_block", "fitted_columns"]


def fitted_columns(*parameters: Column, n: str = "Customers") -> tuple[Column, ...]:
    """Columns of a fitted block for the columns of its parameters; `n` says who is counted."""
    return (
        *parameters,
        *(
            Column(
                f"{column.name}_error",
                Kind.NUMBER,
                f"Standard error of {column.name}: the true one is likely within two of them; #N/A where the data do "
                "not determine it",
                missing="#N/A",
            )
            for column in parameters
        ),
        Column("log_likelihood", Kind.NUMBER, "How well the model describes the data: the higher, the better"),
        Column("n", Kind.COUNT, n, "count"),
        Column("bic", Kind.NUMBER, "For choosing between models of the same data, parameters counted: less is better"),
        Column("converged", Kind.FLAG, "TRUE: the search settled"),
        Column("reason", Kind.TEXT, "Why the search ended, and what to know about the answer"),
    )


def fitted_block(fit: Fit[Any, Any]) -> dict[str, list[Any]]:
    """The one row of a fitted block, by column."""
    names = [field.name for field in fields(fit.parameters)]
    return {
        **{name: [getattr(fit.parameters, name)] for name in names},
        **{f"{name}_error": [fit.errors[name]] for name in names},
        "log_likelihood": [fit.log_likelihood],
        "n": [fit.n],
        "bic": [fit.bic],
        "converged": [fit.converged],
        "reason": [fit.reason],
    }
