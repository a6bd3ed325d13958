"""
Customers who come and go without a contract: how often they buy, whether they still do, what they will spend.

A value that stands alone and is out of range raises. In an array of customers, a row that is missing, out of range or
contradicts itself gives NaN in that row only; a fit takes its columns as a whole, and its first fault raises with the
row's number. Times are in periods of the caller's choice, the same for all arguments of a call.
"""

from valuation.purchases.beta_geometric import BgNbdParameters, MbgNbdParameters
from valuation.purchases.fitting import PurchaseFit, fit_bg_nbd, fit_mbg_nbd, fit_nbd, fit_pareto_nbd
from valuation.purchases.model import PurchaseModel
from valuation.purchases.nbd import NbdParameters
from valuation.purchases.pareto import ParetoNbdParameters
from valuation.purchases.predictions import (
    discounted_periods_alive,
    discounted_purchases,
    expected_purchases,
    expected_purchases_of_new,
    log_likelihood,
    p_alive,
    purchase_count_probabilities,
)
from valuation.purchases.spend import (
    GammaGammaFit,
    GammaGammaParameters,
    RepeatSpend,
    expected_spend,
    fit_gamma_gamma,
)

__all__ = [
    "BgNbdParameters",
    "GammaGammaFit",
    "GammaGammaParameters",
    "MbgNbdParameters",
    "NbdParameters",
    "ParetoNbdParameters",
    "PurchaseFit",
    "PurchaseModel",
    "RepeatSpend",
    "discounted_periods_alive",
    "discounted_purchases",
    "expected_purchases",
    "expected_purchases_of_new",
    "expected_spend",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_nbd",
    "fit_pareto_nbd",
    "log_likelihood",
    "p_alive",
    "purchase_count_probabilities",
]
