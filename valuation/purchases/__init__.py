"""
Customers who come and go without a contract: how often they buy, whether they still do, what they will spend.

A value that stands alone and is out of range raises. In an array of customers, a row that is missing, out of range or
contradicts itself gives NaN in that row only; a fit takes its columns as a whole, and its first fault raises with the
row's number. Times are in periods of the caller's choice, the same for all arguments of a call.
"""

from valuation.purchases.beta_geometric import BgNbdParameters, MbgNbdParameters
from valuation.purchases.beta_geometric_binomial import (
    BgBbParameters,
    bg_bb_count_probabilities,
    bg_bb_expected_purchases,
    bg_bb_p_alive,
    bg_bb_purchases_of_new,
    bg_bb_residual_purchases,
    fit_bg_bb,
)
from valuation.purchases.fitting import PurchaseFit, fit_bg_nbd, fit_mbg_nbd, fit_nbd, fit_pareto_nbd
from valuation.purchases.holdout import (
    FrequencyTable,
    Holdout,
    HoldoutCheck,
    Tracking,
    check_holdout,
    conditional_table,
    frequency_table,
    last_part,
    split_purchases,
    track_purchases,
)
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
from valuation.purchases.selection import Candidate, PurchaseModelChoice, choose_purchase_model
from valuation.purchases.spend import (
    GammaGammaFit,
    GammaGammaParameters,
    RepeatSpend,
    expected_spend,
    fit_gamma_gamma,
)
from valuation.purchases.uncertainty import (
    Interval,
    customer_interval,
    resampled_parameters,
    total_interval,
    total_parameter_interval,
)
from valuation.purchases.value import ResidualValue, residual_value

__all__ = [
    "BgBbParameters",
    "BgNbdParameters",
    "Candidate",
    "FrequencyTable",
    "GammaGammaFit",
    "GammaGammaParameters",
    "Holdout",
    "HoldoutCheck",
    "Interval",
    "MbgNbdParameters",
    "NbdParameters",
    "ParetoNbdParameters",
    "PurchaseFit",
    "PurchaseModel",
    "PurchaseModelChoice",
    "RepeatSpend",
    "ResidualValue",
    "Tracking",
    "bg_bb_count_probabilities",
    "bg_bb_expected_purchases",
    "bg_bb_p_alive",
    "bg_bb_purchases_of_new",
    "bg_bb_residual_purchases",
    "check_holdout",
    "choose_purchase_model",
    "conditional_table",
    "customer_interval",
    "discounted_periods_alive",
    "discounted_purchases",
    "expected_purchases",
    "expected_purchases_of_new",
    "expected_spend",
    "fit_bg_bb",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "fit_nbd",
    "fit_pareto_nbd",
    "frequency_table",
    "last_part",
    "log_likelihood",
    "p_alive",
    "purchase_count_probabilities",
    "resampled_parameters",
    "residual_value",
    "split_purchases",
    "total_interval",
    "total_parameter_interval",
    "track_purchases",
]
