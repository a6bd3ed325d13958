"""
The register of assumptions: what each means, its unit and its documented default, and which scope wins.

A value for a customer beats the one for its segment, which beats the one for all. A missing row means the default,
which is used and shown; a row with an unknown id is a finding.
"""

import math
from dataclasses import dataclass

__all__ = ["ASSUMPTIONS", "Assumption", "Wanted"]


class Wanted:
    """The kinds of value an assumption can have."""

    DATE = "date"
    RATE = "rate"
    SHARE = "share"
    MONEY = "money"
    COUNT = "count"
    HORIZON = "horizon"
    WORD = "word"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Assumption:
    """
    One entry of the register.

    Attributes
    ----------
    id, title : str
        How the model and how people call it.
    wanted : str
        Kind of value, one of `Wanted`.
    default : float, str or None
        Used when the row is missing or blank; None means that there is no default.
    unit : str
        Unit of the value.
    help : str
        What it does, in finance's words.
    scoped : bool
        Whether it may differ by segment or customer.
    low, high : float
        Range, ends included.
    words : tuple of str
        The words that it may be.
    """

    id: str
    title: str
    wanted: str
    default: float | str | None
    unit: str
    help: str
    scoped: bool = False
    low: float = -math.inf
    high: float = math.inf
    words: tuple[str, ...] = ()

    @property
    def cell_name(self) -> str:
        """Defined name of its cell for scope all."""
        return f"cv_{self.id}"


_MEASURE = "Management measure, not defined by IFRS or GAAP, unaudited"

_REGISTER = (
    Assumption(
        "as_of",
        "As-of date",
        Wanted.DATE,
        None,
        "date",
        "Last day of the twelve months shown; the latest transaction when blank",
    ),
    Assumption(
        "currency", "Reporting currency", Wanted.TEXT, "", "text", "Label only: all amounts are in this one currency"
    ),
    Assumption(
        "horizon",
        "Horizon",
        Wanted.HORIZON,
        3.0,
        "years",
        "Years that count in customer value; 'inf' for no limit",
        low=1,
    ),
    Assumption(
        "discount_rate",
        "Discount rate",
        Wanted.RATE,
        0.10,
        "per year",
        "Yearly rate at which later money counts less",
        low=-0.99,
        high=10,
    ),
    Assumption(
        "discount_rate_basis",
        "Basis of the rate",
        Wanted.TEXT,
        "pre-tax, nominal",
        "text",
        "Pre- or post-tax, nominal or real: like the margins",
    ),
    Assumption(
        "timing",
        "When in a period the margin arrives",
        Wanted.WORD,
        "mid",
        "word",
        "start, mid or end",
        words=("start", "mid", "end"),
    ),
    Assumption(
        "periods_per_year",
        "Grid",
        Wanted.COUNT,
        1.0,
        "periods per year",
        "1, 2, 4 or 12; finer grids let customers leave within the year",
        words=("1", "2", "4", "12"),
    ),
    Assumption(
        "retention_prior",
        "Retention before there is evidence",
        Wanted.SHARE,
        0.80,
        "per year",
        "Chance to stay that is assumed where nothing is measured",
        scoped=True,
        low=0,
        high=1,
    ),
    Assumption(
        "retention_prior_weight",
        "Weight of that prior",
        Wanted.COUNT,
        20.0,
        "customers",
        "How many observed customers the prior is worth",
        low=0,
    ),
    Assumption(
        "gross_margin_pct",
        "Gross margin where cost of goods is unknown",
        Wanted.SHARE,
        None,
        "of net revenue",
        "No default: without it the P&L stops at revenue",
        scoped=True,
        low=-1,
        high=1,
    ),
    Assumption(
        "marketing_cost",
        "Marketing, where there is no ledger",
        Wanted.MONEY,
        None,
        "of net revenue",
        "Day one: a share of net revenue, or money per customer and year (say so in the unit)",
        scoped=True,
        low=0,
    ),
    Assumption(
        "sales_cost",
        "Sales, where there is no ledger",
        Wanted.MONEY,
        None,
        "of net revenue",
        "As marketing",
        scoped=True,
        low=0,
    ),
    Assumption(
        "support_cost",
        "Support, where there is no ledger",
        Wanted.MONEY,
        None,
        "of net revenue",
        "As marketing",
        scoped=True,
        low=0,
    ),
    Assumption(
        "ledger_control_total",
        "Trial balance of the pools",
        Wanted.MONEY,
        None,
        "currency",
        "Total that Ledger pools must tie to; blank leaves the check out",
    ),
    Assumption(
        "costing",
        "Way of costing",
        Wanted.WORD,
        "time-driven",
        "word",
        "time-driven keeps the cost of unused capacity apart; activity-based charges it to customers too",
        words=("time-driven", "activity-based"),
    ),
    Assumption(
        "service_method",
        "Pools that serve other pools",
        Wanted.WORD,
        "reciprocal",
        "word",
        "reciprocal, step-down (in the order of Service departments) or direct",
        words=("reciprocal", "step-down", "direct"),
    ),
    Assumption(
        "avoidable_share",
        "Avoidable part of cost to serve",
        Wanted.SHARE,
        None,
        "of cost",
        "Part that goes away within a year with what causes it, where Ledger pools does not say; no default",
        low=0,
        high=1,
    ),
    Assumption(
        "largest_price_rise",
        "Largest price rise to ask for",
        Wanted.SHARE,
        0.10,
        "of net revenue",
        "A customer who needs more than this is no case for repricing",
        low=0,
        high=1,
    ),
    Assumption(
        "borrowing_rate",
        "Borrowing rate",
        Wanted.RATE,
        None,
        "per year",
        "What receivables and stock are financed at; the discount rate when blank",
        low=0,
        high=1,
    ),
    Assumption(
        "financing_booked",
        "Cost of receivables booked in the pools?",
        Wanted.WORD,
        "no",
        "word",
        "yes leaves the imputed charge out, so that nothing is charged twice",
        words=("no", "yes"),
    ),
    Assumption(
        "credit_loss_booked",
        "Credit loss booked in the pools?",
        Wanted.WORD,
        "no",
        "word",
        "yes leaves the imputed charge out",
        words=("no", "yes"),
    ),
    Assumption(
        "stock_carrying_booked",
        "Cost of stock booked in the pools?",
        Wanted.WORD,
        "no",
        "word",
        "yes leaves the imputed charge out",
        words=("no", "yes"),
    ),
    Assumption(
        "stock_carrying_rate",
        "Cost of holding stock",
        Wanted.RATE,
        None,
        "per year",
        "Financing, space and shrinkage of stock held for a customer; the borrowing rate when blank",
        low=0,
        high=2,
    ),
    Assumption(
        "default_probability",
        "Chance of default",
        Wanted.SHARE,
        None,
        "per year",
        "On the average receivable; where it is blank, the loss rates by days past due count",
        scoped=True,
        low=0,
        high=1,
    ),
    Assumption(
        "loss_given_default",
        "Part lost in a default",
        Wanted.SHARE,
        1.0,
        "of the receivable",
        "After securities and what is recovered",
        scoped=True,
        low=0,
        high=1,
    ),
    *(
        Assumption(
            f"loss_rate_{key}",
            f"Loss rate, {title}",
            Wanted.SHARE,
            None,
            "of the open amount",
            "Provision matrix; no default",
            low=0,
            high=1,
        )
        for key, title in (
            ("current", "not yet due"),
            ("30", "1-30 days late"),
            ("60", "31-60 days late"),
            ("90", "61-90 days late"),
            ("over_90", "more than 90 days late"),
        )
    ),
    Assumption(
        "deflection_rate",
        "Self-service answers that save an issue",
        Wanted.SHARE,
        None,
        "of answers found",
        "Measured part of the answers customers find themselves that would have become an issue; no default",
        low=0,
        high=1,
    ),
    Assumption(
        "value_account",
        "Account that value is summed up by",
        Wanted.WORD,
        "parent",
        "word",
        "parent (Hierarchy, or the parent id on Customers) or customer",
        words=("parent", "customer"),
    ),
    Assumption(
        "receivables_account",
        "Account that receivables are summed up by",
        Wanted.WORD,
        "bill-to",
        "word",
        "bill-to (Hierarchy) or customer",
        words=("bill-to", "customer"),
    ),
    Assumption(
        "cost_account",
        "Account that causes the cost",
        Wanted.WORD,
        "ship-to",
        "word",
        "The customer id on Transactions and Drivers; states it, there is no other choice",
        words=("ship-to",),
    ),
    Assumption(
        "value_tier_a",
        "Value segment A from",
        Wanted.MONEY,
        None,
        "currency",
        "Lowest customer value of segment A; blank takes the Pareto cut at 80% each time",
    ),
    Assumption(
        "value_tier_b",
        "Value segment B from",
        Wanted.MONEY,
        None,
        "currency",
        "Lowest customer value of segment B; blank takes the Pareto cut at 95%",
    ),
    Assumption(
        "revenue_tier_a", "Revenue tier A from", Wanted.MONEY, None, "currency/year", "Lowest net revenue of tier A"
    ),
    Assumption(
        "revenue_tier_b", "Revenue tier B from", Wanted.MONEY, None, "currency/year", "Lowest net revenue of tier B"
    ),
    Assumption(
        "profit_tier_a", "Profit tier A from", Wanted.MONEY, None, "currency/year", "Lowest contribution of tier A"
    ),
    Assumption(
        "profit_tier_b", "Profit tier B from", Wanted.MONEY, None, "currency/year", "Lowest contribution of tier B"
    ),
    Assumption(
        "segment_basis",
        "What the value segment goes by",
        Wanted.WORD,
        "engagement",
        "word",
        "engagement (customer value with referrals, influence and ideas) or lifetime (customer value alone)",
        words=("engagement", "lifetime"),
    ),
    Assumption(
        "strategic_tier_a", "Strategic tier A from", Wanted.COUNT, 70.0, "points", "Lowest strategic value of tier A"
    ),
    Assumption(
        "strategic_tier_b", "Strategic tier B from", Wanted.COUNT, 40.0, "points", "Lowest strategic value of tier B"
    ),
    *(
        Assumption(
            f"strategic_weight_{key}",
            f"Weight of {title} in strategic value",
            Wanted.COUNT,
            1.0,
            "weight",
            "0 leaves the rating out",
            low=0,
        )
        for key, title in (
            ("reference", "reference"),
            ("innovation", "innovation"),
            ("market_access", "market access"),
            ("growth", "growth"),
            ("ecosystem_fit", "ecosystem fit"),
        )
    ),
    Assumption(
        "tier_band",
        "Band around the cuts",
        Wanted.SHARE,
        0.05,
        "of the cut",
        "A customer changes segment only when it passes a cut by more than this",
        low=0,
        high=1,
    ),
    Assumption(
        "rfm_bins",
        "Classes of the buying scores",
        Wanted.COUNT,
        5.0,
        "classes",
        "Number of recency, frequency and monetary classes",
        low=2,
        high=10,
    ),
    Assumption(
        "referral_transfer",
        "Part of a referred customer that is its referrer's",
        Wanted.SHARE,
        0.5,
        "of its value",
        "Moved, not added, where values must add up to the customer base",
        low=0,
        high=1,
    ),
    Assumption(
        "deduct_reward",
        "Take off rewards for customers who would have come anyway?",
        Wanted.WORD,
        "yes",
        "word",
        "yes takes them off the referral value; the published formula does not",
        words=("yes", "no"),
    ),
    Assumption(
        "prospects_in_equity",
        "Customers to come counted in the plan already?",
        Wanted.WORD,
        "no",
        "word",
        "yes leaves influence on prospects out where values must add up",
        words=("no", "yes"),
    ),
    Assumption(
        "top_customers",
        "How many customers are 'the best'",
        Wanted.COUNT,
        10.0,
        "customers",
        "Of which the lenses' agreement, capture and top places are told",
        low=1,
    ),
    Assumption(
        "weight_step",
        "Step of the weights tried",
        Wanted.SHARE,
        0.1,
        "of the weight",
        "All weightings of the officers on this grid are tried: 1,001 for five officers at 10%",
        low=0.05,
        high=0.5,
    ),
    Assumption(
        "company_cut",
        "Value to the company is high from",
        Wanted.MONEY,
        None,
        "currency",
        "Cut of the value matrix; blank takes the median of the day",
    ),
    Assumption(
        "customer_cut",
        "Value to the customer is high from",
        Wanted.COUNT,
        None,
        "points",
        "Cut of the value matrix; blank takes the median of the day",
        low=0,
        high=100,
    ),
    Assumption(
        "wallet_target_share",
        "Share of the wallet within reach",
        Wanted.SHARE,
        None,
        "of the wallet",
        "Part of what a customer spends on the category that could be ours; no default",
        low=0,
        high=1,
    ),
    Assumption(
        "contribution_cut",
        "Contribution is high from",
        Wanted.MONEY,
        None,
        "currency/year",
        "Cut of Grow, Defend, Develop and Automate; blank takes the median of the day",
    ),
    Assumption(
        "potential_cut",
        "Potential is high from",
        Wanted.MONEY,
        None,
        "currency",
        "The same for the value of what it could buy; blank takes the median of the day",
    ),
    Assumption(
        "closed_through",
        "Periods closed through",
        Wanted.DATE,
        None,
        "date",
        "Snapshots up to this date become final at the next refresh; a later change to one is shown as restated",
    ),
    Assumption(
        "fiscal_year_end_month",
        "Month in which the fiscal year ends",
        Wanted.COUNT,
        12.0,
        "month",
        "1 to 12; for the calendar that is made where Periods is empty",
        words=tuple(str(month) for month in range(1, 13)),
    ),
    Assumption(
        "fiscal_pattern",
        "Periods of the fiscal year",
        Wanted.WORD,
        "month",
        "word",
        "month, or weeks in a quarter: 4-4-5, 4-5-4 or 5-4-4",
        words=("month", "4-4-5", "4-5-4", "5-4-4"),
    ),
    Assumption(
        "fiscal_week_end",
        "Last day of a fiscal week",
        Wanted.WORD,
        "saturday",
        "word",
        "Of a year of 52 or 53 weeks",
        words=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ),
    Assumption(
        "fiscal_year_end",
        "End of a year of 52 or 53 weeks",
        Wanted.WORD,
        "last",
        "word",
        "last: the last such day of the month; nearest: the one nearest to the end of the month",
        words=("last", "nearest"),
    ),
    Assumption(
        "activity_months",
        "Months that make a customer active",
        Wanted.COUNT,
        12.0,
        "months",
        "A purchase within them; by twelve, whoever was won in a year is active at its end",
        low=1,
        high=60,
    ),
    Assumption(
        "metrics_account",
        "Whom Customer metrics counts",
        Wanted.WORD,
        "customer",
        "word",
        "customer, or parent (Hierarchy, or the parent id on Customers), whose accounts count as one",
        words=("customer", "parent"),
    ),
    Assumption(
        "metrics_tenure",
        "Since when a customer is an existing one",
        Wanted.WORD,
        "first purchase",
        "word",
        "first purchase ever, or reactivation: the first purchase after it had not been active",
        words=("first purchase", "reactivation"),
    ),
    Assumption(
        "new_customers",
        "Customers to be won in a year",
        Wanted.COUNT,
        None,
        "customers/year",
        "For customer equity to come and the base of the loyalty case; as many as in the last twelve months when blank",
        low=0,
    ),
    Assumption(
        "acquisition_cost",
        "Cost of winning a customer",
        Wanted.MONEY,
        None,
        "currency",
        "The acquisition cost of the twelve months by the customers won in them when blank",
        low=0,
    ),
    Assumption(
        "fixed_costs_value",
        "Present value of costs outside cost to serve",
        Wanted.MONEY,
        None,
        "currency",
        "Head office and the like, for the comparison with the enterprise's value; blank leaves it out",
    ),
    Assumption("tax_value", "Present value of taxes", Wanted.MONEY, None, "currency", "For the same comparison"),
    Assumption("other_assets", "Assets outside operations", Wanted.MONEY, None, "currency", "For the same comparison"),
    Assumption("net_debt", "Net debt", Wanted.MONEY, None, "currency", "For the same comparison"),
    Assumption(
        "case_years",
        "Years of the loyalty case",
        Wanted.COUNT,
        7.0,
        "years",
        "3 to 10; the three-year view stands beside it",
        words=tuple(str(year) for year in range(3, 11)),
    ),
    Assumption(
        "loyalty_case",
        "Program shown on Loyalty case",
        Wanted.TEXT,
        "",
        "text",
        "A case on Loyalty drivers; the first when blank",
    ),
    Assumption(
        "reverse_size",
        "Size of the quick profits that are tried",
        Wanted.SHARE,
        0.10,
        "of cost or margin",
        "Service cut by this part of cost to serve; a fee of this part of the margin",
        low=0,
        high=1,
    ),
    Assumption(
        "reverse_retention",
        "What a quick profit costs in retention",
        Wanted.SHARE,
        0.03,
        "points",
        "By which fewer customers stay from the second year on: 0.03 is three points",
        low=0,
        high=1,
    ),
    Assumption(
        "triage_mode",
        "Order of the issue queue",
        Wanted.WORD,
        "normal",
        "word",
        "normal (most value at risk for an hour first) or crisis (the greatest assets first)",
        words=("normal", "crisis"),
    ),
    Assumption(
        "service_clock",
        "Hours that count for service levels",
        Wanted.WORD,
        "calendar",
        "word",
        "calendar (every hour) or business (Monday to Friday, between the two hours below)",
        words=("calendar", "business"),
    ),
    Assumption(
        "business_start",
        "Business hours from",
        Wanted.COUNT,
        9.0,
        "hour of the day",
        "For service_clock business",
        low=0,
        high=24,
    ),
    Assumption(
        "business_end",
        "Business hours to",
        Wanted.COUNT,
        17.0,
        "hour of the day",
        "For service_clock business",
        low=0,
        high=24,
    ),
    Assumption(
        "service_hours",
        "Hours to share out among open issues",
        Wanted.COUNT,
        None,
        "hours",
        "What the team can do until the next refresh; no default",
        low=0,
    ),
    Assumption(
        "hours_method",
        "How hours are shared out",
        Wanted.WORD,
        "exact",
        "word",
        "exact (the best choice there is), greedy or divisible",
        words=("exact", "greedy", "divisible"),
    ),
    *(
        Assumption(
            f"hours_floor_{key.lower()}",
            f"Fewest hours for segment {key}",
            Wanted.COUNT,
            0.0,
            "hours",
            "Kept for it before the rest is shared out, so that no segment is left alone",
            low=0,
        )
        for key in ("A", "B", "C", "N")
    ),
    Assumption(
        "voice_ratio",
        "Over-voiced from",
        Wanted.COUNT,
        2.0,
        "times",
        "Share of voice by share of value",
        low=1,
    ),
    Assumption(
        "voice_chance",
        "Over-voiced only if chance is below",
        Wanted.SHARE,
        0.01,
        "probability",
        "How unlikely so many issues must be by accident",
        low=0,
        high=1,
    ),
    Assumption(
        "panel_size", "Customers in the insight panel", Wanted.COUNT, 60.0, "customers", "All groups together", low=1
    ),
    Assumption(
        "panel_seed",
        "Seed of the panel's draw",
        Wanted.TEXT,
        "",
        "text",
        "Another text draws others; the as-of date when blank, so that every date has its own panel",
    ),
    Assumption(
        "fast_adopter_share",
        "Part of the customers who are fast adopters",
        Wanted.SHARE,
        0.25,
        "of customers",
        "The quickest part by adoption days, outside segment A",
        low=0,
        high=1,
    ),
    Assumption(
        "lead_user_cut",
        "Lead users from",
        Wanted.COUNT,
        None,
        "points",
        "Lead-user score from which a customer counts as a fast adopter whatever its adoption days; blank: none",
        low=0,
        high=10,
    ),
    Assumption(
        "display_unit",
        "Amounts on Summary are in",
        Wanted.COUNT,
        1000.0,
        "currency",
        "1, 1000 or 1000000",
        low=1,
    ),
    Assumption(
        "measure_label",
        "Label of the measures",
        Wanted.TEXT,
        _MEASURE,
        "text",
        "Stands on every sheet that shows customer value",
    ),
)

ASSUMPTIONS = {assumption.id: assumption for assumption in _REGISTER}
