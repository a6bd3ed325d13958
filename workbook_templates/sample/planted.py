"""
The customers behind each claim about "the best customers".

What they do differently stands in `plants`, whom they move in `engagement`, and how they are rated in `steering`.
"""

__all__ = [
    "ADVOCATE",
    "BIGGEST_DEAL",
    "BIG_RETURNER",
    "CONTESTED",
    "COSTLY_TO_DROP",
    "DISCOUNT_HUNTERS",
    "FAST_ADOPTER",
    "FEW_LARGE_ORDERS",
    "LARGEST_ACCOUNT_LOSES_MONEY",
    "LATE_PAYER",
    "LEAN_MEDIUM_ACCOUNTS",
    "LOST_BUT_COSTLY",
    "LOUD_GROUP",
    "LOYAL_CUSTOMER",
    "NO_SUPPORT_CUSTOMER",
    "ONLINE_BUYER",
    "PARENTS",
    "PERFECT_FIT",
    "PUNCTUAL_PAYERS",
    "REACTIVATED",
    "RECENT_WIN",
    "REFERRED_BY_ADVOCATE",
    "REFERRED_BY_CONTESTED",
    "SAFETY_REPORT",
    "SELF_HELPERS",
    "SLOW_PAYER",
    "SMALL_RUSH_ORDERS",
    "UNDERVALUED",
    "VULNERABLE",
]

LARGEST_ACCOUNT_LOSES_MONEY = "C0012"
"""Most revenue of all, and a loss: discounts, rush deliveries, returns, support; and it pays late."""
NO_SUPPORT_CUSTOMER = "C0058"
"""Buys well and never opens an issue."""
SELF_HELPERS = ("C0091", "C0204", "C0333", "C0418", "C0577", "C0702", "C0866", "C1033")
"""Solve nearly everything themselves in the community."""
PERFECT_FIT = "C0139"
"""The product meets every requirement."""
FAST_ADOPTER = "C0447"
"""Small, first to use what is new, and the source of several ideas that were built; grows fast."""
LEAN_MEDIUM_ACCOUNTS = ("C0263", "C0719")
"""Outside the ten largest by revenue, among the five best by contribution: they buy much and cost little."""
ADVOCATE = "C0385"
"""Small itself, and has brought several good customers: next to nothing by value, and large by engagement value."""
REFERRED_BY_ADVOCATE = ("C0402", "C0611", "C0758", "C0884", "C1006")
"""The good customers whom the advocate brought."""
ONLINE_BUYER = "C0530"
"""The largest of the web shop: transactional, not an hour of sales."""
LOYAL_CUSTOMER = "C0027"
"""Has bought in every month for years, and most likely stays."""
BIGGEST_DEAL = "C0176"
"""Signed the largest single deal, at a price that leaves little."""
CONTESTED = "C0299"
"""
A small online buyer whose word brings customers: marketing loves it, and to sales it is small and likely to leave.

It behaves as drawn for anybody; only who followed it, and what it suggested, is planted.
"""
REFERRED_BY_CONTESTED = ("C0316", "C0484", "C1026")
"""The good customers who came on its word."""
PUNCTUAL_PAYERS = ("C0064", "C0228", "C0349", "C0490", "C0633", "C0915")
"""Never a day late."""
LATE_PAYER = "C0101"
"""Among the largest by revenue, and months late with every invoice."""
BIG_RETURNER = "C0152"
"""Sends a good part of the goods back."""
LOUD_GROUP = ("C0296", "C0471", "C0588", "C0694", "C0823", "C0977")
"""A handful of small customers who raise a large part of all issues."""
UNDERVALUED = ("C0312", "C0426", "C0549", "C0767", "C0898", "C1070")
"""Delighted, overlooked, and spending most of their money elsewhere."""
VULNERABLE = "C0045"
"""Strategic and large, and the product does not do what it needs."""
RECENT_WIN = "C0240"
"""Won this year: a loss only because of what it cost to win."""
REACTIVATED = "C0360"
"""Bought nothing in 2024 and came back."""
LOST_BUT_COSTLY = "C0505"
"""Gone since 2024, and still on the phone."""
DISCOUNT_HUNTERS = ("C0033", "C0116", "C0187", "C0219", "C0271", "C0308")
"""Large by revenue, and only middling after the discounts that their size has won them."""
SMALL_RUSH_ORDERS = "C0163"
"""Many small orders, most of them in a rush: a profit while cost follows revenue, a loss by the time that they take."""
FEW_LARGE_ORDERS = "C0254"
"""Thin margin and hardly any work: a loss while cost follows revenue, a profit by the time that it takes."""
SLOW_PAYER = "C0374"
"""Earns its cost to serve, and loses more than that by paying half a year late."""
COSTLY_TO_DROP = "C0461"
"""Loses money, and would take more margin than cost along if it left: most of its cost would stay."""
SAFETY_REPORT = "C0920"
"""Worth nothing, and its open issue is about safety: nobody weighs that against value."""

PARENTS = {
    "C0405": ("C0406", "C0407", "C0409"),
    "C0512": ("C0513", "C0514"),
    "C0640": ("C0641", "C0642", "C0644", "C0645"),
    "C0781": ("C0782", "C0783"),
    "C0930": ("C0931", "C0933"),
}
"""Parent accounts and their subsidiaries."""
