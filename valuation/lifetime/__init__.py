"""
What customers are worth over time: rates, discounting, retention, contracts, horizon, acquisition, activity,
migration between segments and sensitivity.

A value that stands alone and is out of range raises. In an array, a row that is missing or out of range
gives NaN in that row only. Results are float64 and have the shape of the inputs broadcast together;
single inputs give one float64 scalar, which is a Python float too. Rates are per period: convert an annual
rate first, with `rate_per_period`.
"""

from valuation.lifetime.acquisition import (
    acquisition_cost_per_customer,
    historic_value,
    payback_periods,
    value_to_cost_ratio,
)
from valuation.lifetime.activity import summarize_activity
from valuation.lifetime.contractual import (
    SbgParameters,
    sbg_discounted_lifetime,
    sbg_residual_lifetime,
    sbg_retention,
    sbg_survival,
    sbg_value,
)
from valuation.lifetime.contractual_bdw import (
    BdwParameters,
    bdw_discounted_lifetime,
    bdw_residual_lifetime,
    bdw_retention,
    bdw_survival,
    bdw_value,
)
from valuation.lifetime.contractual_choice import (
    ConstantRetention,
    ContractChoice,
    ContractModel,
    choose_contract_model,
    fit_constant_retention,
)
from valuation.lifetime.contractual_fit import fit_bdw, fit_sbg
from valuation.lifetime.conventions import Customers, Timing
from valuation.lifetime.horizon import HorizonTable, horizon_for_share, horizon_share, horizon_table
from valuation.lifetime.migration import MarkovProjection, markov_payback, markov_projection, markov_value
from valuation.lifetime.rates import rate_per_period
from valuation.lifetime.retention import Method, choose_method, shrunk_retention
from valuation.lifetime.sensitivity import (
    ValueElasticities,
    ValueSensitivity,
    value_elasticities,
    value_sensitivity,
)
from valuation.lifetime.value import lifetime_value, schedule_value

__all__ = [
    "BdwParameters",
    "ConstantRetention",
    "ContractChoice",
    "ContractModel",
    "Customers",
    "HorizonTable",
    "MarkovProjection",
    "Method",
    "SbgParameters",
    "Timing",
    "ValueElasticities",
    "ValueSensitivity",
    "acquisition_cost_per_customer",
    "bdw_discounted_lifetime",
    "bdw_residual_lifetime",
    "bdw_retention",
    "bdw_survival",
    "bdw_value",
    "choose_contract_model",
    "choose_method",
    "fit_bdw",
    "fit_constant_retention",
    "fit_sbg",
    "historic_value",
    "horizon_for_share",
    "horizon_share",
    "horizon_table",
    "lifetime_value",
    "markov_payback",
    "markov_projection",
    "markov_value",
    "payback_periods",
    "rate_per_period",
    "sbg_discounted_lifetime",
    "sbg_residual_lifetime",
    "sbg_retention",
    "sbg_survival",
    "sbg_value",
    "schedule_value",
    "shrunk_retention",
    "summarize_activity",
    "value_elasticities",
    "value_sensitivity",
    "value_to_cost_ratio",
]
