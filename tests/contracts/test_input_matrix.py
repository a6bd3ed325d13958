"""
What every argument of every function makes of seven kinds of input, written down by hand.

The columns, each replacing one argument of a call that works:

1. blank: one blank cell;
2. text: one cell with a text;
3. error: one cell with ``#REF!``;
4. single: one good cell (arguments that belong together all have one);
5. row: the same cells in a row instead of a column, or one cell three times; of a table one row without its header;
6. header: the header alone;
7. rows: 50,000 rows.

An outcome is the error of the first cell, the one number that is the answer, or the shape of a good answer (rows x
columns, header included).
"""

from collections.abc import Callable
from typing import Any

import pytest

from addin.calls import Reply, evaluate
from addin.registry import functions
from workbook_templates.plan import CellError

MANY = 50_000
POOLS: list[list[Any]] = [
    ["pool", "amount", "driver", "treatment", "family"],
    ["Dispatch", 100.0, "parcels", "retention", "logistics"],
    ["Help desk", 90.0, "minutes", "retention", "support"],
]
DRIVERS: list[list[Any]] = [
    ["customer_id", "driver", "quantity"],
    ["A", "parcels", 1.0],
    ["B", "parcels", 2.0],
    ["A", "minutes", 30.0],
]
TERMS: list[list[Any]] = [["attribute", "minutes"], [None, 3.0], ["lines", 2.0]]
CASE_LINES: list[list[Any]] = [["lines"], [5.0], [2.0], [1.0]]
LEDGER_LINES: list[list[Any]] = [["customer_id", "amount"], ["A", 10.1], [None, 5.0], ["A", 0.2]]
CAPACITY: list[list[Any]] = [["pool", "practical_minutes"], ["Help desk", 60.0]]
SERVICES: list[list[Any]] = [["pool", "to_pool", "share"], ["Dispatch", "Help desk", 1.0]]
REVENUE: list[list[Any]] = [["customer_id", "net_revenue"], ["A", 10.0], ["B", 30.0]]
COSTING: dict[str, Any] = {"capacity": CAPACITY, "services": SERVICES, "method": "direct"}
CHANCES: list[list[Any]] = [[0.7, 0.2], [0.1, 0.6]]
TWELVE = (
    [2.0, 7.0, 0.0, 1.0, 6.0, 0.0, 1.0, 20.0, 1.0, 16.0, 1.0, 2.0],
    [6.0, 34.0, 0.0, 6.0, 13.0, 0.0, 1.0, 27.0, 2.0, 35.0, 1.0, 4.0],
    [38.0, 37.0, 30.0, 30.0, 34.0, 32.0, 28.0, 30.0, 29.0, 37.0, 29.0, 34.0],
)
FITTED: list[list[Any]] = [["alpha", "beta"], [0.704, 1.182]]
FITTED_AGEING: list[list[Any]] = [["alpha", "beta", "c"], [0.26, 1.72, 1.58]]
DONORS: list[list[Any]] = [["alpha", "beta", "gamma", "delta"], [1.2035, 0.7497, 0.6567, 2.7834]]
PNL: list[list[Any]] = [["customer_id", "gross_revenue", "cogs"], ["A", 100.0, 60.0], ["B", 50.0, 20.0]]
CUSTOMER_VALUES: list[list[Any]] = [["customer_id", "clv"], ["A", 100.0], ["B", 1000.0]]
REFERRALS: list[list[Any]] = [
    ["referrer_id", "referred_id", "type", "margin", "retention"],
    ["A", "B", 1.0, 100.0, 0.8],
]
INFLUENCE: list[list[Any]] = [
    ["influencer_id", "influenced_id", "value_with", "value_without"],
    ["B", "A", 100.0, 80.0],
]
IDEAS: list[list[Any]] = [
    ["idea_id", "customer_id", "npv", "stage_probability", "attribution"],
    ["I-1", "A", 1000.0, 0.5, 0.2],
]

LENS_TABLE: list[list[Any]] = [
    ["customer_id", "CCO", "CRO", "CFO"],
    ["A", 95.0, 40.0, 85.0],
    ["B", 75.0, 75.0, 80.0],
    ["C", 65.0, 80.0, 50.0],
    ["D", 20.0, 50.0, 10.0],
]
LENS_PAIR: dict[str, Any] = {"a": [95.0, 75.0, 65.0, 20.0], "b": [40.0, 75.0, 80.0, 50.0]}
DOCUMENTS: list[list[Any]] = [
    ["customer_id", "invoice_date", "due_date", "paid_date", "amount"],
    ["A", 45901.0, 45931.0, 45931.0, 1000.0],
    ["B", 45901.0, 45931.0, None, 500.0],
]
PAYMENTS: dict[str, Any] = {
    "inv_dates": [45901.0, 45901.0, 45962.0],
    "due_dates": [45931.0, 45931.0, 45992.0],
    "paid_dates": [45931.0, 45951.0, None],
    "amounts": [1000.0, 2000.0, 500.0],
    "as_of": 46022.0,
}

MEASURED: list[list[Any]] = [
    ["customer_id", "net_revenue", "contribution", "engagement_value"],
    ["A", 900.0, 60.0, 100.0],
    ["B", 500.0, 200.0, 500.0],
    ["C", 100.0, 20.0, 300.0],
]
STATED: list[list[Any]] = [
    ["officer", "statement", "measure", "better"],
    ["CPO", "buy the most", "net_revenue", "high"],
    ["CFO", "are the most profitable", "contribution", "high"],
]
LENSES: list[list[Any]] = [["customer_id", "CPO", "CFO"], ["A", 100.0, 50.0], ["B", 50.0, 100.0], ["C", 0.0, 0.0]]

MATRIX = """
CV_AGEING            blank   text    error  single  row     header  rows
  due_dates          #N/A    #VALUE! #REF!  5x3     5x3     #VALUE! 5x3
  paid_dates         5x3     #VALUE! #REF!  5x3     5x3     #VALUE! 5x3
  amounts            #N/A    #VALUE! #REF!  5x3     5x3     #VALUE! 5x3
  as_of              #N/A    #VALUE! #REF!  5x3     #VALUE! #VALUE! #VALUE!
  edges              6x3     #VALUE! #REF!  4x3     5x3     #VALUE! 50003x3
  headers            5x3     #VALUE! #REF!  5x3     #VALUE! #VALUE! #VALUE!
CV_AHP_WEIGHTS       blank   text    error  single  row     header  rows
  comparisons        #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_ALLOCATE          blank   text    error  single  row     header  rows
  total              #N/A    #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
  drivers            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  places             3x1     #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
  fallback           3x1     #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
CV_ALLOCATE_HOURS    blank   text    error  single  row     header  rows
  gain               5x7     #VALUE! #REF!   3x7     5x7     #VALUE! 50002x7
  hours              #N/A    #VALUE! #REF!   3x7     5x7     #VALUE! 50002x7
  capacity           #N/A    #VALUE! #REF!   5x7     #VALUE! #VALUE! #VALUE!
  mode               5x7     #VALUE! #REF!   5x7     #VALUE! #VALUE! #VALUE!
  must               5x7     #VALUE! #REF!   3x7     5x7     #VALUE! 50002x7
  tier               #VALUE! 5x7     #REF!   3x7     5x7     5x7     50002x7
  tier_min           5x7     #VALUE! #REF!   #VALUE! #VALUE! 5x7     5x7
  headers            5x7     #VALUE! #REF!   5x7     #VALUE! #VALUE! #VALUE!
CV_ALLOCATE_RECIPROCAL blank text error single row header rows
  amounts            #N/A    #VALUE! #REF!   #VALUE! 4x5     #VALUE! #VALUE!
  shares             #N/A    #VALUE! #REF!   #VALUE! #VALUE! #VALUE! #VALUE!
  final_shares       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #VALUE! #VALUE!
  method             4x5     #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
  headers            4x5     #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
CV_ATTAINMENT        blank   text    error  single  row     header  rows
  baseline           #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  target             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  actual             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BDW_DERL          blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BDW_FIT           blank   text    error  single  row     header  rows
  survivors          #N/A    #VALUE! #REF!  #NUM!   2x11    #VALUE! 2x11
  headers            2x11    #VALUE! #REF!  2x11    #VALUE! #VALUE! #VALUE!
CV_BDW_LTV           blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  periods            1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  timing             1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  customers          1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  n                  1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  cac                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BDW_RETENTION     blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BDW_SURVIVAL      blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGBB_CONDITIONAL  blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGBB_DERT         blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGBB_EXPECTED     blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGBB_FIT          blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  tx                 #N/A    #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  n                  #N/A    #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  weight             2x13    #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  headers            2x13    #VALUE! #REF!  2x13    #VALUE! #VALUE! #VALUE!
CV_BGBB_PALIVE       blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGNBD_CONDITIONAL blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGNBD_EXPECTED    blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGNBD_FIT         blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  tx                 #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  age                #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  headers            2x15    #VALUE! #REF!  2x15    #VALUE! #VALUE! #VALUE!
CV_BGNBD_PALIVE      blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_BGNBD_PROBABILITY blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 5x2     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  most               13x2    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  headers            5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
CV_BREAKEVEN         blank   text    error  single  row     header  rows
  cfs                #N/A    #VALUE! #REF!   #N/A    2.91667 #VALUE! #N/A
  rate               2.66667 #VALUE! #REF!   2.91667 #VALUE! #VALUE! #VALUE!
  timing             2.91667 #VALUE! #REF!   2.91667 #VALUE! #VALUE! #VALUE!
CV_CAC               blank   text    error  single  row     header  rows
  acq_cost           #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  gross_new          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_CASCADE           blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    50001x10
  as_of              #N/A    #VALUE! #REF!  3x10    #VALUE! #VALUE! #VALUE!
  headers            3x10    #VALUE! #REF!  3x10    #VALUE! #VALUE! #VALUE!
CV_CASE_COMPARE      blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  periods            4x12    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  timing             4x12    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  headers            4x12    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
CV_CASE_PRESET       blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  preset             #N/A    #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  amount             #N/A    #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  retention_effect   #N/A    #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  ramp               4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  periods            4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  extend             4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  headers            4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
CV_CASE_PROJECT      blank   text    error  single  row     header  rows
  case_drivers       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  periods            #N/A    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  extend             4x12    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
  headers            4x12    #VALUE! #REF!   4x12    #VALUE! #VALUE! #VALUE!
CV_CASE_SUMMARY      blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
  short              12x4    #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
  periods            12x4    #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
  timing             12x4    #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
  headers            12x4    #VALUE! #REF!   12x4    #VALUE! #VALUE! #VALUE!
CV_CEV               blank   text    error  single  row     header  rows
  clv                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  crv                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  civ                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  ckv                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  view               1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_CEV_ADDITIVE      blank   text    error  single  row     header  rows
  customer_values    #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    50002x5
  referrals          4x5     #VALUE! #REF!  #VALUE! #VALUE! 4x5     #N/A
  influence          4x5     #VALUE! #REF!  #VALUE! #VALUE! 4x5     4x5
  ideas              4x5     #VALUE! #REF!  #VALUE! #VALUE! 4x5     4x5
  transfer_share     4x5     #VALUE! #REF!  4x5     #VALUE! #VALUE! #VALUE!
  prospects_in_equity 4x5     #VALUE! #REF!  4x5     #VALUE! #VALUE! #VALUE!
  headers            4x5     #VALUE! #REF!  4x5     #VALUE! #VALUE! #VALUE!
CV_CIV               blank   text    error  single  row     header  rows
  influence          #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    2x3
  headers            2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
CV_CKV               blank   text    error  single  row     header  rows
  ideas              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    2x3
  headers            2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
CV_CLV_CRV_SEGMENT   blank   text    error  single  row     header  rows
  clv                #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  crv                #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  cut_clv            3x3     #VALUE! #REF!  3x3     #VALUE! #VALUE! #VALUE!
  cut_crv            3x3     #VALUE! #REF!  3x3     #VALUE! #VALUE! #VALUE!
CV_CLV_NONCONTRACT   blank   text    error  single  row     header  rows
  bg                 #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  gg                 #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  mbar               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  margin_pct         #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate_annual        #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  years              1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  unit_per_year      1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  cost               1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  model              1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_CONTESTED         blank   text    error  single  row     header  rows
  lens_table         #N/A    #VALUE! #REF!   #VALUE! #VALUE! #VALUE! 49999x11
  min_range          3x11    #VALUE! #REF!  3x11    #VALUE! #VALUE! #VALUE!
  money              3x11    #VALUE! #REF!   #VALUE! #VALUE! #VALUE! 49999x11
  table              3x11    #VALUE! #REF!  #VALUE! #VALUE! #N/A    3x11
  statements         3x11    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  headers            3x11    #VALUE! #REF!  3x11    #VALUE! #VALUE! #VALUE!
CV_CONTRACT_SELECT   blank   text    error  single  row     header  rows
  survivors          #N/A    #VALUE! #REF!  #NUM!   4x6     #VALUE! 4x6
  headers            4x6     #VALUE! #REF!  4x6     #VALUE! #VALUE! #VALUE!
CV_COSTING_COMPARE   blank   text    error  single  row     header  rows
  pools              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! 3x6
  drivers            #N/A    #VALUE! #REF!  #VALUE! #VALUE! 3x6     3x6
  revenue            #N/A    #VALUE! #REF!  #VALUE! #VALUE! 1x6     50000x6
  capacity           3x6     #VALUE! #REF!  #VALUE! #VALUE! 3x6     3x6
  services           3x6     #VALUE! #REF!  #VALUE! #VALUE! 3x6     #VALUE!
  method             3x6     #VALUE! #REF!  3x6     #VALUE! #VALUE! #VALUE!
  headers            3x6     #VALUE! #REF!  3x6     #VALUE! #VALUE! #VALUE!
CV_COST_TO_SERVE     blank   text    error  single  row     header  rows
  pools              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! 3x10
  drivers            #N/A    #VALUE! #REF!  #VALUE! #VALUE! 3x10    3x10
  customers          3x10    2x10    #REF!  2x10    3x10    2x10    50001x10
  capacity           3x10    #VALUE! #REF!  #VALUE! #VALUE! 3x10    3x10
  services           3x10    #VALUE! #REF!  #VALUE! #VALUE! 3x10    #VALUE!
  method             3x10    #VALUE! #REF!  3x10    #VALUE! #VALUE! #VALUE!
  headers            3x10    #VALUE! #REF!  3x10    #VALUE! #VALUE! #VALUE!
CV_CRV               blank   text    error  single  row     header  rows
  referrals          #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    2x3
  rate               2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  periods            2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  deduct_reward_type2 2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  headers            2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
CV_CUSTOMER_CLASS    blank   text    error  single  row     header  rows
  first              #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  period_end         #N/A    #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
  period_start       #N/A    #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
CV_CUSTOMER_EQUITY   blank   text    error  single  row     header  rows
  residual_values    #N/A    #VALUE! #REF!   2x4     2x4     #VALUE! 2x4
  basis              2x4     2x4     #REF!   2x4     #VALUE! 2x4     #VALUE!
  headers            2x4     #VALUE! #REF!   2x4     #VALUE! #VALUE! #VALUE!
CV_CUSTOMER_PNL      blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! 1x24    50001x24
  headers            3x24    #VALUE! #REF!  3x24    #VALUE! #VALUE! #VALUE!
CV_CUSTOMER_RECON    blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    8x2
  period_start       #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  ends               8x2     #VALUE! #REF!   8x2     #VALUE! 8x2     8x2
  window_months      8x2     #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  tenure             8x2     #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  alive_at_least     8x2     #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  headers            8x2     #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
CV_DAYS_LATE         blank   text    error  single  row     header  rows
  inv_dates          #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  due_dates          #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  paid_dates         82.2857 #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  amounts            #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  as_of              #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_DEFLECTION        blank   text    error  single  row     header  rows
  sessions           #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  deflection_rate    #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  unit_cost          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_DERT              blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  periods            1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  model              1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_DROP_EFFECT       blank   text    error  single  row     header  rows
  net_revenue        #N/A    #VALUE! #REF!  1x8     8x3     #VALUE! 50000x8
  gross_margin       #N/A    #VALUE! #REF!  1x8     8x3     #VALUE! 50000x8
  cost_to_serve      #N/A    #VALUE! #REF!  1x8     8x3     #VALUE! 50000x8
  avoidable_cost     #N/A    #VALUE! #REF!  1x8     8x3     #VALUE! 50000x8
  charges            1x8     #VALUE! #REF!  1x8     8x3     #VALUE! 50000x8
  largest_rise       1x8     #VALUE! #REF!  1x8     #VALUE! #VALUE! #VALUE!
CV_DSO               blank   text    error  single  row     header  rows
  inv_dates          #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  paid_dates         365     #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  amounts            #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  as_of              #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  method             1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_ECL               blank   text    error  single  row     header  rows
  exposure           #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  pd                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  lgd                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_ECL_MATRIX        blank   text    error  single  row     header  rows
  ageing_amounts     #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  loss_rates         #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
CV_EFFORT_VALUE      blank   text    error  single  row     header  rows
  cost               #N/A    #VALUE! #REF!  2x8     3x8     #VALUE! 2x8
  value              #N/A    #VALUE! #REF!  2x8     3x8     #VALUE! 2x8
  tiers              4x8     #VALUE! #REF!  2x8     3x8     #VALUE! 2x8
  headers            3x8     #VALUE! #REF!  3x8     #VALUE! #VALUE! #VALUE!
CV_EQUITY_BRIDGE     blank   text    error  single  row     header  rows
  equity             #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  fixed_costs        #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  tax                #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  non_operating_assets #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  net_debt           #N/A    #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
  headers            8x2     #VALUE! #REF!   8x2     #VALUE! #VALUE! #VALUE!
CV_EQUITY_DYNAMIC    blank   text    error  single  row     header  rows
  equity             #N/A    #VALUE! #REF!   2x3     #VALUE! #VALUE! #VALUE!
  new_per_period     #N/A    #VALUE! #REF!   2x3     2x3     #VALUE! 2x3
  ltv_new            #N/A    #VALUE! #REF!   2x3     #VALUE! #VALUE! #VALUE!
  cac                #N/A    #VALUE! #REF!   2x3     #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!   2x3     #VALUE! #VALUE! #VALUE!
  headers            2x3     #VALUE! #REF!   2x3     #VALUE! #VALUE! #VALUE!
CV_ERRCOUNT          blank   text    error  single  row     header  rows
  cells              0       1       1      0       0       1       0
CV_EXISTING_ACTIVE   blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    1
  period_start       #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  ends               1       #VALUE! #REF!   1       #VALUE! 1       1
  window_months      1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  tenure             1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  alive_at_least     1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
CV_EXPLAIN           blank   text    error  single  row     header  rows
  customer           #N/A    #N/A    #REF!  2x7     #VALUE! #N/A    #VALUE!
  pools              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! 2x7
  drivers            #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    2x7
  capacity           2x7     #VALUE! #REF!  #VALUE! #VALUE! 2x7     2x7
  services           3x7     #VALUE! #REF!  #VALUE! #VALUE! 3x7     #VALUE!
  method             2x7     #VALUE! #REF!  2x7     #VALUE! #VALUE! #VALUE!
  headers            2x7     #VALUE! #REF!  2x7     #VALUE! #VALUE! #VALUE!
CV_FINANCING_COST    blank   text    error  single  row     header  rows
  inv_dates          #N/A    #VALUE! #REF!  2x4     2x4     #VALUE! 2x4
  due_dates          #N/A    #VALUE! #REF!  2x4     2x4     #VALUE! 2x4
  paid_dates         2x4     #VALUE! #REF!  2x4     2x4     #VALUE! 2x4
  amounts            #N/A    #VALUE! #REF!  2x4     2x4     #VALUE! 2x4
  as_of              #N/A    #VALUE! #REF!  2x4     #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  2x4     #VALUE! #VALUE! #VALUE!
  months             2x4     #VALUE! #REF!  2x4     #VALUE! #VALUE! #VALUE!
  basis              2x4     #VALUE! #REF!  2x4     #VALUE! #VALUE! #VALUE!
  headers            2x4     #VALUE! #REF!  2x4     #VALUE! #VALUE! #VALUE!
CV_FISCAL_CALENDAR   blank   text    error  single  row     header  rows
  first              #N/A    #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  last               #N/A    #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  year_end_month     3x5     #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  pattern            3x5     #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  weekday            3x5     #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  year_end           3x5     #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
  headers            3x5     #VALUE! #REF!   3x5     #VALUE! #VALUE! #VALUE!
CV_GG_FIT            blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  mbar               #VALUE! #VALUE! #REF!  #N/A    2x13    #VALUE! 2x13
  headers            2x13    #VALUE! #REF!  2x13    #VALUE! #VALUE! #VALUE!
CV_GG_SPEND          blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  mbar               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_GINI              blank   text    error  single  row     header  rows
  values             #N/A    #VALUE! #REF!  #N/A    0.75    #VALUE! 0.33334
CV_GOAL_STATUS       blank   text    error  single  row     header  rows
  baseline           #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  target             #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  actual             #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  baseline_date      #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  target_date        #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  as_of              #N/A    #VALUE! #REF!  1x3     #VALUE! #VALUE! #VALUE!
  band               1x3     #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
CV_GROSS_NEW         blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    49998
  period_start       #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  ends               1       #VALUE! #REF!   1       #VALUE! 1       1
  window_months      1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  tenure             1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  alive_at_least     1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
CV_GRR               blank   text    error  single  row     header  rows
  opening            #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  contraction        #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  churn              #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
CV_HEADROOM          blank   text    error  single  row     header  rows
  revenue            #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  wallet             #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  target_share       #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  margin_pct         #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  retention          #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  rate               #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  periods            1x5     #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
CV_HORIZON_FOR       blank   text    error  single  row     header  rows
  retention          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  share              #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  growth             1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_HORIZON_SHARE     blank   text    error  single  row     header  rows
  retention          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  periods            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  growth             1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_IRR               blank   text    error  single  row     header  rows
  cfs                #N/A    #VALUE! #REF!   #NUM!   0.130662 #VALUE! #NUM!
CV_IRR_ROOTS         blank   text    error  single  row     header  rows
  cfs                #N/A    #VALUE! #REF!   #N/A    3x1     #VALUE! #N/A
  headers            3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
CV_JCURVE            blank   text    error  single  row     header  rows
  cfs                #N/A    #VALUE! #REF!   3x4     5x4     #VALUE! 50002x4
  rate               5x4     #VALUE! #REF!   5x4     #VALUE! #VALUE! #VALUE!
  timing             5x4     #VALUE! #REF!   5x4     #VALUE! #VALUE! #VALUE!
  headers            5x4     #VALUE! #REF!   5x4     #VALUE! #VALUE! #VALUE!
CV_KENDALL_W         blank   text    error  single  row     header  rows
  rank_table         #N/A    #N/A    #REF!  #N/A    #N/A    #N/A    2x10
  headers            2x10    #VALUE! #REF!  2x10    #VALUE! #VALUE! #VALUE!
CV_LASTERROR         blank   text    error  single  row     header  rows
CV_LENS_CAPTURE      blank   text    error  single  row     header  rows
  lens_scores        #N/A    #N/A    #REF!  #N/A    #N/A    #N/A    5x4
  values             #N/A    #VALUE! #REF!  #N/A    #N/A    #VALUE! 5x4
  n                  #N/A    #VALUE! #REF!  5x4     #VALUE! #VALUE! #VALUE!
  headers            5x4     #VALUE! #REF!  5x4     #VALUE! #VALUE! #VALUE!
CV_LENS_RANKS        blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    50001x3
  statements         4x3     #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  with_money         4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  headers            4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
CV_LENS_SCORE        blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    50000x1
  lens               #N/A    #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
  statements         3x1     #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
CV_LENS_SPEARMAN     blank   text    error  single  row     header  rows
  table              #N/A    #N/A    #REF!  #N/A    #N/A    #N/A    3x3
  headers            4x4     #VALUE! #REF!  4x4     #VALUE! #VALUE! #VALUE!
CV_LENS_TABLE        blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    50001x3
  statements         4x3     #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  weights            4x3     #VALUE! #REF!  #VALUE! #VALUE! 4x3     #VALUE!
  headers            4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
CV_LIFECYCLE         blank   text    error  single  row     header  rows
  first              #NUM!   #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  last               #NUM!   #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  median_gap         1x2     #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  rev_t12            #N/A    #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  rev_prev12         #N/A    #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  as_of              #N/A    #VALUE! #REF!  1x2     #VALUE! #VALUE! #VALUE!
  prev_stage         1x2     1x2     #REF!  1x2     2x3     1x2     50000x2
CV_LORENZ            blank   text    error  single  row     header  rows
  values             #N/A    #VALUE! #REF!  #N/A    6x3     #VALUE! 6x3
  points             102x3   #VALUE! #REF!  6x3     #VALUE! #VALUE! #VALUE!
  headers            6x3     #VALUE! #REF!  6x3     #VALUE! #VALUE! #VALUE!
CV_LTV               blank   text    error  single  row     header  rows
  margin             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  retention          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  periods            1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  timing             1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  customers          1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  growth             1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  cac                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_LTV_AT_RISK       blank   text    error  single  row     header  rows
  value              #N/A    #VALUE! #REF!   1x1     1x2     #VALUE! 50000x1
  p_loss_now         #N/A    #VALUE! #REF!   2x1     #VALUE! #VALUE! #VALUE!
  p_loss_if_served   #N/A    #VALUE! #REF!   2x1     #VALUE! #VALUE! #VALUE!
CV_LTV_CAC           blank   text    error  single  row     header  rows
  ltv                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  cac                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_LTV_ELASTICITY    blank   text    error  single  row     header  rows
  margin             #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  retention          #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  cac                5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  headers            5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
CV_LTV_GRID          blank   text    error  single  row     header  rows
  margin             #N/A    #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  retentions         #N/A    #VALUE! #REF!  2x3     4x3     #VALUE! 50001x3
  rates              #N/A    #VALUE! #REF!  4x2     4x3     #VALUE! 4x50001
  periods            4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  timing             4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  customers          4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  growth             4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  cac                4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  headers            4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
CV_LTV_HISTORIC      blank   text    error  single  row     header  rows
  dates              #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  amounts            #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  as_of              #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  rate               1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_LTV_HORIZON       blank   text    error  single  row     header  rows
  margin             #N/A    #VALUE! #REF!  3x5     3x5     #VALUE! 3x5
  retention          #N/A    #VALUE! #REF!  3x5     3x5     #VALUE! 3x5
  rate               #N/A    #VALUE! #REF!  3x5     3x5     #VALUE! 3x5
  horizons           #N/A    #VALUE! #REF!  2x5     3x5     #VALUE! 50001x5
  timing             3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  customers          3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  growth             3x5     #VALUE! #REF!  3x5     3x5     #VALUE! 3x5
  headers            3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
CV_LTV_SCHEDULE      blank   text    error  single  row     header  rows
  margins            #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  retentions         #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  rate               #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  timing             1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  customers          1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  cac                1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_LTV_SENS          blank   text    error  single  row     header  rows
  margin             #N/A    #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  retention          #N/A    #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  cac                #N/A    #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  periods            5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  shock              5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  timing             5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  customers          5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  growth             5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
  headers            5x9     #VALUE! #REF!  5x9     #VALUE! #VALUE! #VALUE!
CV_MARKOV_BASE       blank   text    error  single  row     header  rows
  transition         #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  counts             #N/A    #VALUE! #REF!  #VALUE! 4x3     #VALUE! #VALUE!
  periods            5x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  acquired           4x3     #VALUE! #REF!  #VALUE! 4x3     #VALUE! #VALUE!
  labels             4x3     #VALUE! #REF!  #VALUE! 4x3     #VALUE! #VALUE!
  timing             4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
  headers            4x3     #VALUE! #REF!  4x3     #VALUE! #VALUE! #VALUE!
CV_MARKOV_LTV        blank   text    error  single  row     header  rows
  transition         #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!  #VALUE! 1x2     #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  2x1     #VALUE! #VALUE! #VALUE!
  periods            2x1     #VALUE! #REF!  2x1     #VALUE! #VALUE! #VALUE!
  cost               2x1     #VALUE! #REF!  2x1     2x1     #VALUE! #VALUE!
  timing             2x1     #VALUE! #REF!  2x1     #VALUE! #VALUE! #VALUE!
  arrival            2x1     #VALUE! #REF!  2x1     #VALUE! #VALUE! #VALUE!
CV_MARKOV_PAYBACK    blank   text    error  single  row     header  rows
  transition         #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!  #VALUE! 2       #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  2       #VALUE! #VALUE! #VALUE!
  acquired           #N/A    #VALUE! #REF!  #VALUE! 2       #VALUE! #VALUE!
  cac                #N/A    #VALUE! #REF!  3       2       #VALUE! #VALUE!
  cost               1       #VALUE! #REF!  2       2       #VALUE! #VALUE!
  arrival            2       #VALUE! #REF!  2       #VALUE! #VALUE! #VALUE!
CV_MARKOV_PROJECT    blank   text    error  single  row     header  rows
  transition         #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  counts             #N/A    #VALUE! #REF!  #VALUE! 4x11    #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!  #VALUE! 4x11    #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  4x11    #VALUE! #VALUE! #VALUE!
  periods            5x11    #VALUE! #REF!  4x11    #VALUE! #VALUE! #VALUE!
  cost               4x11    #VALUE! #REF!  4x11    4x11    #VALUE! #VALUE!
  acquired           4x11    #VALUE! #REF!  #VALUE! 4x11    #VALUE! #VALUE!
  cac                4x11    #VALUE! #REF!  4x11    4x11    #VALUE! #VALUE!
  timing             4x11    #VALUE! #REF!  4x11    #VALUE! #VALUE! #VALUE!
  arrival            4x11    #VALUE! #REF!  4x11    #VALUE! #VALUE! #VALUE!
  headers            4x11    #VALUE! #REF!  4x11    #VALUE! #VALUE! #VALUE!
CV_MBGNBD_CONDITIONAL blank  text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_MBGNBD_EXPECTED   blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_MBGNBD_FIT        blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  tx                 #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  age                #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  headers            2x15    #VALUE! #REF!  2x15    #VALUE! #VALUE! #VALUE!
CV_MBGNBD_PALIVE     blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_MBGNBD_PROBABILITY blank  text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 5x2     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  most               13x2    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  headers            5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
CV_METHOD            blank   text    error  single  row     header  rows
  n_customers        #N/A    #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  n_events           #N/A    #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  months             #N/A    #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  contractual        #N/A    #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
  headers            2x3     #VALUE! #REF!  2x3     #VALUE! #VALUE! #VALUE!
CV_MIGRATION         blank   text    error  single  row     header  rows
  prev               5x17    #VALUE! #REF!   5x17    5x17    #VALUE! 5x17
  curr               5x17    #VALUE! #REF!   5x17    5x17    #VALUE! 5x17
  labels             5x17    #VALUE! #REF!   #VALUE! 5x17    #VALUE! #VALUE!
  values             5x13    #VALUE! #REF!   5x17    5x17    #VALUE! 5x17
  headers            5x17    #VALUE! #REF!   5x17    #VALUE! #VALUE! #VALUE!
CV_MIRR              blank   text    error  single  row     header  rows
  cfs                #N/A    #VALUE! #REF!   #DIV/0! 0.122497 #VALUE! #DIV/0!
  finance_rate       #N/A    #VALUE! #REF!   0.122497 #VALUE! #VALUE! #VALUE!
  reinvest_rate      #N/A    #VALUE! #REF!   0.122497 #VALUE! #VALUE! #VALUE!
CV_MODEL_CHECK       blank   text    error  single  row     header  rows
  ids                #N/A    #VALUE! #REF!  5x8     5x8     #VALUE! 5x8
  dates              #N/A    #VALUE! #REF!  5x8     5x8     #VALUE! 5x8
  as_of              #N/A    #VALUE! #REF!  5x8     #VALUE! #VALUE! #VALUE!
  split              5x8     #VALUE! #REF!  5x8     #VALUE! #VALUE! #VALUE!
  unit               5x8     #VALUE! #REF!  5x8     #VALUE! #VALUE! #VALUE!
  headers            5x8     #VALUE! #REF!  5x8     #VALUE! #VALUE! #VALUE!
CV_MODEL_SELECT      blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  5x6     5x6     #VALUE! 5x6
  tx                 #N/A    #VALUE! #REF!  5x6     5x6     #VALUE! 5x6
  age                #N/A    #VALUE! #REF!  5x6     5x6     #VALUE! 5x6
  unit_per_year      5x6     #VALUE! #REF!  5x6     #VALUE! #VALUE! #VALUE!
  headers            5x6     #VALUE! #REF!  5x6     #VALUE! #VALUE! #VALUE!
CV_MOVERS            blank   text    error  single  row     header  rows
  value_before       3x2     #VALUE! #REF!   1x2     2x3     #VALUE! 50000x2
  value_now          3x2     #VALUE! #REF!   1x2     2x3     #VALUE! 50000x2
  tier_before        3x2     #VALUE! #REF!   1x2     2x3     #VALUE! 50000x2
  tier_now           3x2     #VALUE! #REF!   1x2     2x3     #VALUE! 50000x2
  bounds_before      #N/A    #VALUE! #REF!   3x2     3x2     #VALUE! #VALUE!
  bounds_now         #N/A    #VALUE! #REF!   3x2     3x2     #VALUE! #VALUE!
  band               3x2     #VALUE! #REF!   3x2     #VALUE! #VALUE! #VALUE!
  labels             3x2     #VALUE! #REF!   #VALUE! 3x2     #VALUE! #VALUE!
CV_NBD_CONDITIONAL   blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_NBD_EXPECTED      blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_NBD_FIT           blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x11    #VALUE! 2x11
  tx                 #N/A    #VALUE! #REF!  #N/A    2x11    #VALUE! 2x11
  age                #N/A    #VALUE! #REF!  #N/A    2x11    #VALUE! 2x11
  headers            2x11    #VALUE! #REF!  2x11    #VALUE! #VALUE! #VALUE!
CV_NBD_PROBABILITY   blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 5x2     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  most               13x2    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  headers            5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
CV_NET_ADDS          blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    49998
  period_start       #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  ends               1       #VALUE! #REF!   1       #VALUE! 1       1
  window_months      1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  tenure             1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  alive_at_least     1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
CV_NET_NEW_REMAINING blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    49998
  period_start       #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  ends               1       #VALUE! #REF!   1       #VALUE! 1       1
  window_months      1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  tenure             1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
  alive_at_least     1       #VALUE! #REF!   1       #VALUE! #VALUE! #VALUE!
CV_NPV               blank   text    error  single  row     header  rows
  rate               #N/A    #VALUE! #REF!   3.75657 #VALUE! #VALUE! #VALUE!
  cfs                #N/A    #VALUE! #REF!   -90.9091 3.75657 #VALUE! -1000
  timing             3.75657 #VALUE! #REF!   3.75657 #VALUE! #VALUE! #VALUE!
CV_NRR               blank   text    error  single  row     header  rows
  opening            #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  expansion          #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  contraction        #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  churn              #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
CV_ONTIME_SHARE      blank   text    error  single  row     header  rows
  inv_dates          #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  due_dates          #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  paid_dates         0       #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  amounts            #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  as_of              #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_PAYBACK           blank   text    error  single  row     header  rows
  cac                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  margin             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  retention          1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  mode               1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_PAYMENT_COST      blank   text    error  single  row     header  rows
  amounts            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  days               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  basis              1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_PNBD_CONDITIONAL  blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_PNBD_EXPECTED     blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_PNBD_FIT          blank   text    error  single  row     header  rows
  x                  #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  tx                 #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  age                #N/A    #VALUE! #REF!  #N/A    2x15    #VALUE! 2x15
  headers            2x15    #VALUE! #REF!  2x15    #VALUE! #VALUE! #VALUE!
CV_PNBD_PALIVE       blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  x                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  tx                 #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  age                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_PNBD_PROBABILITY  blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 5x2     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  most               13x2    #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
  headers            5x2     #VALUE! #REF!  5x2     #VALUE! #VALUE! #VALUE!
CV_POACH_RISK        blank   text    error  single  row     header  rows
  p_poach            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rlv                #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  headroom_pv        #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_POOL_RATE         blank   text    error  single  row     header  rows
  pool_cost          #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  driver_total       #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_PSI               blank   text    error  single  row     header  rows
  p                  #N/A    #VALUE! #REF!   0       0.0628609 #VALUE! 0
  q                  #N/A    #VALUE! #REF!   0       0.0628609 #VALUE! 0
CV_RATE              blank   text    error  single  row     header  rows
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  from_per_year      #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  to_per_year        #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  kind               1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
CV_RBO               blank   text    error  single  row     header  rows
  a                  #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  b                  #N/A    #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
  p                  1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  money              1x1     #VALUE! #REF!  1x1     1x1     #VALUE! 1x1
CV_RECEIVABLES       blank   text    error  single  row     header  rows
  invoices           #N/A    #VALUE! #REF!  #VALUE! #VALUE! 1x21    50001x21
  as_of              #N/A    #VALUE! #REF!  3x21    #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  3x21    #VALUE! #VALUE! #VALUE!
  loss_rates         3x21    #VALUE! #REF!  #VALUE! 3x21    #VALUE! #VALUE!
  months             3x21    #VALUE! #REF!  3x21    #VALUE! #VALUE! #VALUE!
  basis              3x21    #VALUE! #REF!  3x21    #VALUE! #VALUE! #VALUE!
  headers            3x21    #VALUE! #REF!  3x21    #VALUE! #VALUE! #VALUE!
CV_RECONCILE         blank   text    error  single  row     header  rows
  ledger_total       #N/A    #VALUE! #REF!  2x2     #VALUE! #VALUE! #VALUE!
  allocated          #N/A    #VALUE! #REF!  2x2     #VALUE! #VALUE! #VALUE!
  unused             2x2     #VALUE! #REF!  2x2     #VALUE! #VALUE! #VALUE!
  unallocated        2x2     #VALUE! #REF!  2x2     #VALUE! #VALUE! #VALUE!
  headers            2x2     #VALUE! #REF!  2x2     #VALUE! #VALUE! #VALUE!
CV_REQUIRED          blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
  driver             #N/A    #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
  target_npv         0.0928558 #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
  periods            0.0928558 #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
  timing             0.0928558 #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   0.0928558 #VALUE! #VALUE! #VALUE!
CV_RETENTION         blank   text    error  single  row     header  rows
  renewed            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  exposed            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  prior_rate         #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  prior_weight       #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_RETENTION_SHRUNK  blank   text    error  single  row     header  rows
  renewed            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  exposed            #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  prior_rate         #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  prior_weight       #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_RETURN_ON_CUSTOMER blank   text    error  single  row     header  rows
  profit             #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  ce_open            #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  ce_close           #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
CV_REV_PER_EXISTING  blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    90
  period_start       #N/A    #VALUE! #REF!   90      #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   90      #VALUE! #VALUE! #VALUE!
  ends               90      #VALUE! #REF!   90      #VALUE! 90      90
  window_months      90      #VALUE! #REF!   90      #VALUE! #VALUE! #VALUE!
  tenure             90      #VALUE! #REF!   90      #VALUE! #VALUE! #VALUE!
  alive_at_least     90      #VALUE! #REF!   90      #VALUE! #VALUE! #VALUE!
CV_REV_PER_NEW       blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    1.00058
  period_start       #N/A    #VALUE! #REF!   30      #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   30      #VALUE! #VALUE! #VALUE!
  ends               30      #VALUE! #REF!   30      #VALUE! 30      30
  window_months      30      #VALUE! #REF!   30      #VALUE! #VALUE! #VALUE!
  tenure             30      #VALUE! #REF!   30      #VALUE! #VALUE! #VALUE!
  alive_at_least     30      #VALUE! #REF!   30      #VALUE! #VALUE! #VALUE!
CV_RFM               blank   text    error  single  row     header  rows
  recency_days       #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  frequency          #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  monetary           #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  bins               3x3     #VALUE! #REF!  3x3     #VALUE! #VALUE! #VALUE!
CV_RFM_SUMMARY       blank   text    error  single  row     header  rows
  ids                #N/A    #VALUE! #REF!  2x5     3x5     #VALUE! 50001x5
  dates              #N/A    #VALUE! #REF!  2x5     3x5     #VALUE! 50001x5
  amounts            #N/A    #VALUE! #REF!  2x5     3x5     #VALUE! 50001x5
  as_of              #N/A    #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  unit               3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  headers            3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
CV_ROLLFORWARD       blank   text    error  single  row     header  rows
  opening_table      #N/A    #VALUE! #REF!   #VALUE! #VALUE! 17x2    17x2
  closing_table      #N/A    #VALUE! #REF!   #VALUE! #VALUE! 17x2    17x2
  order              17x2    #VALUE! #REF!   #VALUE! 17x2    #VALUE! #VALUE!
  elapsed            17x2    #VALUE! #REF!   17x2    #VALUE! #VALUE! #VALUE!
  timing             17x2    #VALUE! #REF!   17x2    #VALUE! #VALUE! #VALUE!
  customers          17x2    #VALUE! #REF!   17x2    #VALUE! #VALUE! #VALUE!
  periods_per_year   17x2    #VALUE! #REF!   17x2    #VALUE! #VALUE! #VALUE!
  headers            17x2    #VALUE! #REF!   17x2    #VALUE! #VALUE! #VALUE!
CV_ROLLFORWARD_CUSTOMERS blank   text    error  single  row     header  rows
  opening_table      #N/A    #VALUE! #REF!   #VALUE! #VALUE! 3x18    50001x18
  closing_table      #N/A    #VALUE! #REF!   #VALUE! #VALUE! 3x18    50001x18
  order              3x18    #VALUE! #REF!   #VALUE! 3x18    #VALUE! #VALUE!
  elapsed            3x18    #VALUE! #REF!   3x18    #VALUE! #VALUE! #VALUE!
  timing             3x18    #VALUE! #REF!   3x18    #VALUE! #VALUE! #VALUE!
  customers          3x18    #VALUE! #REF!   3x18    #VALUE! #VALUE! #VALUE!
  periods_per_year   3x18    #VALUE! #REF!   3x18    #VALUE! #VALUE! #VALUE!
  headers            3x18    #VALUE! #REF!   3x18    #VALUE! #VALUE! #VALUE!
CV_SAMPLE_PLAN       blank   text    error  single  row     header  rows
  sizes              #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
  min                3x1     #VALUE! #REF!  3x1     3x1     #VALUE! #VALUE!
  max                3x1     #VALUE! #REF!  3x1     3x1     #VALUE! #VALUE!
  sd                 3x1     #VALUE! #REF!  3x1     3x1     #VALUE! #VALUE!
CV_SAMPLE_SELECT     blank   text    error  single  row     header  rows
  ids                #N/A    #VALUE! #REF!  1x2     2x3     #VALUE! 50000x2
  strata             #N/A    #N/A    #REF!  1x2     2x3     #N/A    50000x2
  plan               #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    3x2
  seed               #N/A    3x2     #REF!  3x2     #VALUE! 3x2     #VALUE!
CV_SAMPLE_WEIGHT     blank   text    error  single  row     header  rows
  sizes              #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  sampled            #N/A    #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
CV_SBG_DERL          blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  n                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_SBG_FIT           blank   text    error  single  row     header  rows
  survivors          #N/A    #VALUE! #REF!  #NUM!   2x9     #VALUE! 2x9
  headers            2x9     #VALUE! #REF!  2x9     #VALUE! #VALUE! #VALUE!
CV_SBG_LTV           blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  rate               #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  periods            1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  timing             1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  customers          1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  n                  1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  cac                1x1     #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_SBG_RETENTION     blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_SBG_SURVIVAL      blank   text    error  single  row     header  rows
  params             #N/A    #VALUE! #REF!  #VALUE! 1x1     #VALUE! #VALUE!
  t                  #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_SCENARIO          blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  part               4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  delay              4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  periods            4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  timing             4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
  headers            4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
CV_SELF_SERVICE_SHARE blank   text    error  single  row     header  rows
  self_resolved      #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  assisted           #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
CV_SLA               blank   text    error  single  row     header  rows
  tier               #N/A    #N/A    #REF!   1x1     1x3     #N/A    50000x1
  severity           #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  table              #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    3x1
  contract_hours     3x1     #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
CV_SLA_COMPLIANCE    blank   text    error  single  row     header  rows
  tier               1x7     3x7     #REF!   3x7     4x7     3x7     3x7
  status             1x7     #VALUE! #REF!   3x7     4x7     #VALUE! 3x7
  headers            4x7     #VALUE! #REF!   4x7     #VALUE! #VALUE! #VALUE!
CV_SLA_DUE           blank   text    error  single  row     header  rows
  opened             #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  hours              #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  clock              3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
  day_start          3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
  day_end            3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
  holidays           3x1     #VALUE! #REF!   3x1     3x1     #VALUE! 3x1
  workdays           3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
CV_SLA_STATUS        blank   text    error  single  row     header  rows
  opened             #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  due                #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  closed             3x1     #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  as_of              #N/A    #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
CV_SPEARMAN          blank   text    error  single  row     header  rows
  a                  #N/A    #VALUE! #REF!  #N/A    1x1     #VALUE! #DIV/0!
  b                  #N/A    #VALUE! #REF!  #N/A    1x1     #VALUE! #DIV/0!
CV_SPEND_RETURNS     blank   text    error  single  row     header  rows
  plans              #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  customers          #N/A    #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  margin             #N/A    #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  retention          #N/A    #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  rate               #N/A    #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  periods            3x7     #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  timing             3x7     #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
  headers            3x7     #VALUE! #REF!   3x7     #VALUE! #VALUE! #VALUE!
CV_STOBACHOFF        blank   text    error  single  row     header  rows
  contributions      #N/A    #VALUE! #REF!  #N/A    0.375   #VALUE! 0
CV_STOP_RULE         blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
  periods            4x5     #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
  timing             4x5     #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
  headers            4x5     #VALUE! #REF!   4x5     #VALUE! #VALUE! #VALUE!
CV_STRATEGIC         blank   text    error  single  row     header  rows
  ratings            #N/A    #VALUE! #REF!  #VALUE! 1x2     1x2     50000x2
  weights            #N/A    #VALUE! #REF!  #VALUE! 2x2     #VALUE! #VALUE!
CV_SUM               blank   text    error  single  row     header  rows
  cells              0       #VALUE! #REF!  1       6       #VALUE! 50000
CV_SYNTHESIS         blank   text    error  single  row     header  rows
  lens_table         #N/A    #VALUE! #REF!   #VALUE! #VALUE! #VALUE! 50001x5
  weights            4x5     #VALUE! #REF!  #VALUE! #VALUE! #VALUE! #VALUE!
  method             4x5     #VALUE! #REF!  4x5     #VALUE! #VALUE! #VALUE!
  money              4x5     #VALUE! #REF!   #VALUE! #VALUE! #VALUE! 50001x5
  headers            4x5     #VALUE! #REF!  4x5     #VALUE! #VALUE! #VALUE!
CV_TDABC             blank   text    error   single  row     header  rows
  cost               #N/A    #VALUE! #REF!   7x5     #VALUE! #VALUE! #VALUE!
  practical_minutes  #N/A    #VALUE! #REF!   7x5     #VALUE! #VALUE! #VALUE!
  unit_times         #N/A    #VALUE! #REF!   5x5     7x5     #VALUE! 50004x5
  quantities         #N/A    #VALUE! #REF!   5x5     7x5     #VALUE! 50004x5
  headers            7x5     #VALUE! #REF!   7x5     #VALUE! #VALUE! #VALUE!
CV_TDABC_RATE        blank   text    error   single  row     header  rows
  cost               #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  practical_minutes  #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
CV_TDABC_TIME        blank   text    error   single  row     header  rows
  terms              #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  attributes         #N/A    #VALUE! #REF!   #N/A    #VALUE! #N/A    50000x1
CV_THREE_METRICS     blank   text    error  single  row     header  rows
  transactions       #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    22x3
  period_start       #N/A    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
  period_end         #N/A    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
  ends               22x3    #VALUE! #REF!   22x3    #VALUE! 22x3    22x3
  window_months      22x3    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
  tenure             22x3    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
  alive_at_least     22x3    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
  headers            22x3    #VALUE! #REF!   22x3    #VALUE! #VALUE! #VALUE!
CV_TIER              blank   text    error  single  row     header  rows
  values             #N/A    #VALUE! #REF!  1x1     1x3     #VALUE! 50000x1
  method             #N/A    #VALUE! #REF!  3x1     #VALUE! #VALUE! #VALUE!
  params             #N/A    #VALUE! #REF!  #VALUE! 3x1     #VALUE! #VALUE!
  labels             3x1     #VALUE! #REF!  #VALUE! 3x1     #VALUE! #VALUE!
CV_TIER_STABLE       blank   text    error  single  row     header  rows
  value              #N/A    #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  prev_tier          3x1     #VALUE! #REF!   1x1     1x3     #VALUE! 50000x1
  bounds             #N/A    #VALUE! #REF!   3x1     3x1     #VALUE! #VALUE!
  band               3x1     #VALUE! #REF!   3x1     #VALUE! #VALUE! #VALUE!
  labels             3x1     #VALUE! #REF!   #VALUE! 3x1     #VALUE! #VALUE!
CV_TOPN_OVERLAP      blank   text    error  single  row     header  rows
  a                  #N/A    #VALUE! #REF!  #N/A    1x1     #VALUE! 1x1
  b                  #N/A    #VALUE! #REF!  #N/A    1x1     #VALUE! 1x1
  n                  #N/A    #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  kind               1x1     #VALUE! #REF!  1x1     #VALUE! #VALUE! #VALUE!
  money              1x1     #VALUE! #REF!  #N/A    1x1     #VALUE! 1x1
CV_TORNADO           blank   text    error  single  row     header  rows
  base_case          #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  program            #N/A    #VALUE! #REF!   #VALUE! #VALUE! #N/A    #VALUE!
  rate               #N/A    #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  lo                 4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  hi                 4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  rate_step          4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  periods            4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  timing             4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  extend             #VALUE! #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
  headers            4x6     #VALUE! #REF!   4x6     #VALUE! #VALUE! #VALUE!
CV_TRACE             blank   text    error   single  row     header  rows
  ids                #N/A    1x1     #REF!   1x1     1x3     1x1     50000x1
  ledger_lines       #N/A    #VALUE! #REF!   #VALUE! #VALUE! 3x1     3x1
CV_TRIAGE            blank   text    error  single  row     header  rows
  issues             #N/A    #VALUE! #REF!   #VALUE! #VALUE! 1x4     50001x4
  as_of              #N/A    #VALUE! #REF!   3x4     #VALUE! #VALUE! #VALUE!
  mode               3x4     #VALUE! #REF!   3x4     #VALUE! #VALUE! #VALUE!
  headers            3x4     #VALUE! #REF!   3x4     #VALUE! #VALUE! #VALUE!
CV_VALUE_MATRIX      blank   text    error  single  row     header  rows
  value_to_company   3x5     #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  value_to_customer  3x5     #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  cut_v              3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  cut_u              3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
CV_VALUE_SEGMENT     blank   text    error  single  row     header  rows
  current            3x3     #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  potential          3x3     #VALUE! #REF!  1x3     3x3     #VALUE! 50000x3
  cuts               3x3     #VALUE! #REF!  #VALUE! 3x3     #VALUE! #VALUE!
CV_VOICE             blank   text    error  single  row     header  rows
  issues             #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  values             #N/A    #VALUE! #REF!  1x5     5x3     #VALUE! 50000x5
  ratio              3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
  alpha              3x5     #VALUE! #REF!  3x5     #VALUE! #VALUE! #VALUE!
CV_WATERFALL         blank   text    error  single  row     header  rows
  table              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #N/A    19x9
  customer           #N/A    #N/A    #REF!  19x9    #VALUE! #N/A    #VALUE!
  headers            19x9    #VALUE! #REF!  19x9    #VALUE! #VALUE! #VALUE!
CV_WEIGHT_SENSITIVITY blank   text    error  single  row     header  rows
  lens_table         #N/A    #N/A    #REF!  #N/A    #N/A    #N/A    50001x2
  n                  4x2     #VALUE! #REF!  4x2     #VALUE! #VALUE! #VALUE!
  step_size          4x2     #VALUE! #REF!  4x2     #VALUE! #VALUE! #VALUE!
  money              4x2     #VALUE! #REF!  #N/A    #N/A    #VALUE! 50001x2
  headers            4x2     #VALUE! #REF!  4x2     #VALUE! #VALUE! #VALUE!
CV_WHALE             blank   text    error  single  row     header  rows
  contributions      #N/A    #VALUE! #REF!  #N/A    4x6     #VALUE! 50001x6
  ids                4x6     #VALUE! #REF!  #N/A    4x6     #VALUE! 50001x6
  headers            4x6     #VALUE! #REF!  4x6     #VALUE! #VALUE! #VALUE!
CV_WHALE_POINTS      blank   text    error  single  row     header  rows
  contributions      #N/A    #VALUE! #REF!  #N/A    6x3     #VALUE! 6x3
  points             102x3   #VALUE! #REF!  6x3     #VALUE! #VALUE! #VALUE!
  headers            6x3     #VALUE! #REF!  6x3     #VALUE! #VALUE! #VALUE!
CV_WHALE_STATS       blank   text    error  single  row     header  rows
  contributions      #N/A    #VALUE! #REF!  #N/A    2x12    #VALUE! 2x12
  headers            2x12    #VALUE! #REF!  2x12    #VALUE! #VALUE! #VALUE!
CV_WHAT_IF           blank   text    error  single  row     header  rows
  pools              #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! 4x7
  drivers            #N/A    #VALUE! #REF!  #VALUE! #VALUE! #VALUE! 4x7
  changes            #N/A    #VALUE! #REF!  #VALUE! #VALUE! 2x7     #VALUE!
  revenue            #VALUE! #VALUE! #REF!  #VALUE! #VALUE! 4x7     4x7
  headers            4x7     #VALUE! #REF!  4x7     #VALUE! #VALUE! #VALUE!
"""

SOLD: list[list[Any]] = [
    ["customer_id", "date", "net_amount"],
    ["A", 45352.0, 80.0],
    ["A", 45809.0, 90.0],
    ["B", 45689.0, 30.0],
]
THREE_METRICS: dict[str, Any] = {
    "transactions": SOLD,
    "period_start": 45658.0,
    "period_end": 46022.0,
    "ends": [["customer_id", "end_date"], ["C", 45900.0]],
    "window_months": 12.0,
    "tenure": "first",
    "alive_at_least": 0.5,
}
SNAPSHOT: list[list[Any]] = [
    ["customer_id", "gross_margin", "cost_to_serve", "retention", "rate", "horizon"],
    ["A", 150.0, 50.0, 0.8, 0.1, "inf"],
    ["B", 90.0, 30.0, 0.9, 0.1, 3.0],
]
ROLLED: dict[str, Any] = {
    "opening_table": SNAPSHOT,
    "closing_table": SNAPSHOT,
    "order": ["margin", "cost_to_serve", "retention", "rate", "horizon"],
    "elapsed": 1.0,
    "timing": "mid",
    "customers": "existing",
    "periods_per_year": 1.0,
    "headers": True,
}
CASE_COLUMNS = ["retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost"]
WITHOUT_PROGRAM: list[list[Any]] = [
    ["opening_customers", *CASE_COLUMNS],
    [10000.0, 0.8, 2000.0, 300.0, 100.0, 250.0],
    [None, 0.8, 2000.0, 300.0, 100.0, 250.0],
    [None, 0.8, 2000.0, 300.0, 100.0, 250.0],
]
WITH_PROGRAM: list[list[Any]] = [
    [*CASE_COLUMNS, "investment"],
    [0.8, 2000.0, 300.0, 100.0, 250.0, 30000.0],
    [0.9, 2000.0, 300.0, 100.0, 250.0, 0.0],
]
CASE: dict[str, Any] = {"base_case": WITHOUT_PROGRAM, "program": WITH_PROGRAM, "rate": 0.1}
CASE_OPTIONS: dict[str, Any] = {"periods": 3.0, "timing": "end", "extend": "last"}
PLANS: list[list[Any]] = [["purpose", "spend", "effect"], ["acquire", 1000.0, 250.0], ["develop", 1000.0, 50.0]]
ISSUES: list[list[Any]] = [
    ["issue_id", "value", "opened", "severity", "hours", "p_loss_now", "value_class"],
    ["I1", 47492.77, 46021.0, 2.0, 6.0, 0.1, "A"],
    ["I3", 17921.18, 46021.0, 2.0, 1.5, 0.3, "C"],
]
ALLOWED: list[list[Any]] = [["tier", "Severity 1", "Severity 2"], ["T1", 4.0, 8.0], ["T2", 8.0, 24.0]]
STRATA: list[list[Any]] = [["stratum", "n"], ["A", 1.0]]
GOALS: list[list[Any]] = [
    [
        "goal_id",
        "parent_id",
        "level",
        "owner",
        "baseline",
        "baseline_date",
        "target",
        "target_date",
        "actual",
        "rollup",
    ],
    ["G-1", None, "company", "CEO", 0.0, 45658.0, 10.0, 46022.0, 5.0, "own"],
    ["G-2", "G-1", "executive", "CFO", 0.0, 45658.0, 10.0, 46022.0, 5.0, "own"],
]
GOAL: dict[str, Any] = {"baseline": 0.8, "target": 0.85, "actual": 0.83}
GOOD: dict[str, dict[str, Any]] = {
    "CV_AGEING": {**{name: PAYMENTS[name] for name in list(PAYMENTS)[1:]}, "edges": [30.0, 60.0], "headers": True},
    "CV_AHP_WEIGHTS": {"comparisons": [[1.0, 2.0], [0.5, 1.0]]},
    "CV_ALLOCATE": {"total": 100.0, "drivers": [1.0, 1.0, 1.0], "places": 2.0, "fallback": "error"},
    "CV_ALLOCATE_HOURS": {
        "gain": [60.0, 50.0, 50.0],
        "hours": [10.0, 8.0, 8.0],
        "capacity": 16.0,
        "mode": "exact",
        "must": [False, False, True],
        "tier": ["A", "B", "B"],
        "tier_min": [["tier", "hours"], ["B", 1.0], ["A", 1.0]],
        "headers": True,
    },
    "CV_ALLOCATE_RECIPROCAL": {
        "amounts": [100000.0, 60000.0],
        "shares": [[0.0, 0.1], [0.2, 0.0]],
        "final_shares": [[0.5, 0.4], [0.3, 0.5]],
        "method": "reciprocal",
        "headers": True,
    },
    "CV_ATTAINMENT": GOAL,
    "CV_BDW_DERL": {"params": FITTED_AGEING, "rate": 0.1, "n": 1.0},
    "CV_BDW_FIT": {"survivors": [1000.0, 869.0, 743.0, 653.0, 593.0], "headers": True},
    "CV_BDW_LTV": {
        "params": [0.26, 1.72, 1.58],
        "margin": 1000.0,
        "rate": 0.1,
        "periods": 3.0,
        "timing": "mid",
        "customers": "existing",
        "n": 1.0,
        "cac": 0.0,
    },
    "CV_BDW_RETENTION": {"params": [0.26, 1.72, 1.58], "t": 1.0},
    "CV_BDW_SURVIVAL": {"params": [0.26, 1.72, 1.58], "t": 1.0},
    "CV_BGBB_CONDITIONAL": {"params": DONORS, "x": 2.0, "tx": 4.0, "n": 6.0, "t": 5.0},
    "CV_BGBB_DERT": {"params": DONORS, "x": 2.0, "tx": 4.0, "n": 6.0, "rate": 0.1},
    "CV_BGBB_EXPECTED": {"params": DONORS, "t": 5.0},
    "CV_BGBB_FIT": {
        "x": [0.0, 1.0, 1.0, 2.0, 2.0, 3.0],
        "tx": [0.0, 1.0, 3.0, 2.0, 3.0, 3.0],
        "n": [3.0, 3.0, 3.0, 3.0, 3.0, 3.0],
        "weight": [50.0, 20.0, 9.0, 12.0, 11.0, 14.0],
        "headers": True,
    },
    "CV_BGBB_PALIVE": {"params": DONORS, "x": 2.0, "tx": 4.0, "n": 6.0},
    "CV_BGNBD_CONDITIONAL": {"params": [0.243, 4.414, 0.793, 2.426], "x": 2.0, "tx": 30.0, "age": 38.0, "t": 39.0},
    "CV_BGNBD_EXPECTED": {"params": [0.243, 4.414, 0.793, 2.426], "t": 39.0},
    "CV_BGNBD_FIT": {"x": TWELVE[0], "tx": TWELVE[1], "age": TWELVE[2], "headers": True},
    "CV_BGNBD_PALIVE": {"params": [0.243, 4.414, 0.793, 2.426], "x": 2.0, "tx": 30.0, "age": 38.0},
    "CV_BGNBD_PROBABILITY": {"params": [0.243, 4.414, 0.793, 2.426], "t": 39.0, "most": 2.0, "headers": True},
    "CV_BREAKEVEN": {"cfs": [-100.0, 60.0, 60.0], "rate": 0.1, "timing": "end"},
    "CV_CAC": {"acq_cost": 90000.0, "gross_new": 100.0},
    "CV_CASCADE": {"table": GOALS, "as_of": 45839.0, "headers": True},
    "CV_CASE_COMPARE": {**CASE, **CASE_OPTIONS, "headers": True},
    "CV_CASE_PRESET": {
        "base_case": WITHOUT_PROGRAM,
        "preset": "cut service",
        "amount": 20.0,
        "retention_effect": 0.04,
        "ramp": 2.0,
        "periods": 3.0,
        "extend": "last",
        "headers": True,
    },
    "CV_CASE_PROJECT": {
        "case_drivers": WITHOUT_PROGRAM,
        "periods": 3.0,
        "rate": 0.1,
        "extend": "last",
        "headers": True,
    },
    "CV_CASE_SUMMARY": {**CASE, "short": 3.0, **CASE_OPTIONS, "headers": True},
    "CV_CEV": {"clv": 100.0, "crv": 20.0, "civ": 5.0, "ckv": 10.0, "view": "ranking"},
    "CV_CEV_ADDITIVE": {
        "customer_values": CUSTOMER_VALUES,
        "referrals": REFERRALS,
        "influence": INFLUENCE,
        "ideas": IDEAS,
        "transfer_share": 0.5,
        "prospects_in_equity": False,
        "headers": True,
    },
    "CV_CIV": {"influence": INFLUENCE, "headers": True},
    "CV_CKV": {"ideas": IDEAS, "headers": True},
    "CV_CLV_CRV_SEGMENT": {"clv": [900.0, 100.0, 50.0], "crv": [70.0, 90.0, 10.0], "cut_clv": 500.0, "cut_crv": 50.0},
    "CV_CLV_NONCONTRACT": {
        "bg": [0.243, 4.414, 0.793, 2.426],
        "gg": [6.25, 3.74, 15.44],
        "x": 2.0,
        "tx": 30.0,
        "age": 38.0,
        "mbar": 22.0,
        "margin_pct": 0.3,
        "rate_annual": 0.1,
        "years": 3.0,
        "unit_per_year": 52.0,
        "cost": 0.0,
        "model": "bgnbd",
    },
    "CV_CONTESTED": {
        "lens_table": LENSES,
        "min_range": 1.0,
        "money": [100.0, 500.0, 300.0],
        "table": MEASURED,
        "statements": STATED,
        "headers": True,
    },
    "CV_CONTRACT_SELECT": {"survivors": [1000.0, 869.0, 743.0, 653.0, 593.0], "headers": True},
    "CV_COSTING_COMPARE": {"pools": POOLS, "drivers": DRIVERS, "revenue": REVENUE, **COSTING, "headers": True},
    "CV_COST_TO_SERVE": {"pools": POOLS, "drivers": DRIVERS, "customers": ["A", "B"], **COSTING, "headers": True},
    "CV_CRV": {
        "referrals": REFERRALS,
        "rate": 0.1,
        "periods": 3.0,
        "deduct_reward_type2": True,
        "headers": True,
    },
    "CV_CUSTOMER_CLASS": {"first": [45657.0, 45658.0, 45963.0], "period_end": 46022.0, "period_start": 45931.0},
    "CV_CUSTOMER_EQUITY": {"residual_values": [100.0, -20.0, 50.0], "basis": "3 years", "headers": True},
    "CV_CUSTOMER_PNL": {"table": PNL, "headers": True},
    "CV_CUSTOMER_RECON": THREE_METRICS | {"headers": True},
    "CV_DAYS_LATE": PAYMENTS,
    "CV_DEFLECTION": {"sessions": 1200.0, "deflection_rate": 0.35, "unit_cost": 18.0},
    "CV_DERT": {
        "params": [0.243, 4.414, 0.793, 2.426],
        "x": 2.0,
        "tx": 30.0,
        "age": 38.0,
        "rate": 0.002,
        "periods": 52.0,
        "model": "bgnbd",
    },
    "CV_DROP_EFFECT": {
        "net_revenue": 1000.0,
        "gross_margin": 300.0,
        "cost_to_serve": 400.0,
        "avoidable_cost": 250.0,
        "charges": 5.0,
        "largest_rise": 0.15,
    },
    "CV_DSO": {**{name: PAYMENTS[name] for name in PAYMENTS if name != "due_dates"}, "method": "balance"},
    "CV_ECL": {"exposure": 31232.88, "pd": 0.06, "lgd": 0.6},
    "CV_ECL_MATRIX": {"ageing_amounts": [100000.0, 40000.0, 5000.0], "loss_rates": [0.005, 0.02, 0.45]},
    "CV_EFFORT_VALUE": {
        "cost": [20.0, 60.0, 20.0],
        "value": [80.0, 20.0, 10.0],
        "tiers": ["A", "B", "B"],
        "headers": True,
    },
    "CV_EQUITY_BRIDGE": {
        "equity": 1000.0,
        "fixed_costs": 300.0,
        "tax": 150.0,
        "non_operating_assets": 40.0,
        "net_debt": 90.0,
        "headers": True,
    },
    "CV_EQUITY_DYNAMIC": {
        "equity": 800.0,
        "new_per_period": [20.0, 20.0],
        "ltv_new": 10.0,
        "cac": 2.0,
        "rate": 0.1,
        "headers": True,
    },
    "CV_ERRCOUNT": {"cells": [1.0, 2.0, 3.0]},
    "CV_EXISTING_ACTIVE": THREE_METRICS,
    "CV_EXPLAIN": {"customer": "A", "pools": POOLS, "drivers": DRIVERS, **COSTING, "headers": True},
    "CV_FINANCING_COST": {**PAYMENTS, "rate": 0.1, "months": 12.0, "basis": 365.0, "headers": True},
    "CV_FISCAL_CALENDAR": {
        "first": 46011.0,
        "last": 46027.0,
        "year_end_month": 12.0,
        "pattern": "4-4-5",
        "weekday": "saturday",
        "year_end": "last",
        "headers": True,
    },
    "CV_GG_FIT": {"x": [2.0, 1.0, 3.0], "mbar": [22.0, 11.0, 40.0], "headers": True},
    "CV_GG_SPEND": {"params": [6.25, 3.74, 15.44], "x": 2.0, "mbar": 22.0},
    "CV_GINI": {"values": [30.0, -10.0, 80.0]},
    "CV_GOAL_STATUS": {**GOAL, "baseline_date": 45658.0, "target_date": 46022.0, "as_of": 45839.0, "band": 0.1},
    "CV_GROSS_NEW": THREE_METRICS,
    "CV_GRR": {"opening": 1000.0, "contraction": 50.0, "churn": 80.0},
    "CV_HEADROOM": {
        "revenue": 12000.0,
        "wallet": 40000.0,
        "target_share": 0.6,
        "margin_pct": 0.4,
        "retention": 0.9,
        "rate": 0.1,
        "periods": 3.0,
    },
    "CV_HORIZON_FOR": {"retention": 0.8, "rate": 0.1, "share": 0.95, "growth": 0.0},
    "CV_HORIZON_SHARE": {"retention": 0.8, "rate": 0.1, "periods": 3.0, "growth": 0.0},
    "CV_IRR": {"cfs": [-100.0, 60.0, 60.0]},
    "CV_IRR_ROOTS": {"cfs": [-100.0, 230.0, -132.0], "headers": True},
    "CV_JCURVE": {"cfs": [-100.0, 60.0, 60.0], "rate": 0.1, "timing": "end", "headers": True},
    "CV_KENDALL_W": {"rank_table": LENS_TABLE, "headers": True},
    "CV_LASTERROR": {},
    "CV_LENS_CAPTURE": {
        "lens_scores": LENS_TABLE,
        "values": [60.0, 100.0, 50.0, -10.0],
        "n": 2.0,
        "headers": True,
    },
    "CV_LENS_RANKS": {"table": MEASURED, "statements": STATED, "with_money": False, "headers": True},
    "CV_LENS_SCORE": {"table": MEASURED, "lens": "CFO", "statements": STATED},
    "CV_LENS_SPEARMAN": {"table": LENS_TABLE, "headers": True},
    "CV_LENS_TABLE": {
        "table": MEASURED,
        "statements": STATED,
        "weights": [["measure", "weight"], ["contribution", 2.0]],
        "headers": True,
    },
    "CV_LIFECYCLE": {
        "first": 43845.0,
        "last": 45992.0,
        "median_gap": 30.0,
        "rev_t12": 110.0,
        "rev_prev12": 100.0,
        "as_of": 46022.0,
        "prev_stage": "Stable",
    },
    "CV_LORENZ": {"values": [30.0, -10.0, 80.0], "points": 5.0, "headers": True},
    "CV_LTV": {
        "margin": 1000.0,
        "retention": 0.8,
        "rate": 0.1,
        "periods": 3.0,
        "timing": "mid",
        "customers": "existing",
        "growth": 0.0,
        "cac": 0.0,
    },
    "CV_LTV_AT_RISK": {"value": [100.0, 90.0], "p_loss_now": 0.5, "p_loss_if_served": 0.25},
    "CV_LTV_CAC": {"ltv": 1800.0, "cac": 900.0},
    "CV_LTV_ELASTICITY": {
        "margin": 1000.0,
        "retention": 0.8,
        "rate": 0.1,
        "cac": 900.0,
        "headers": True,
    },
    "CV_LTV_GRID": {
        "margin": 1000.0,
        "retentions": [0.7, 0.8, 0.9],
        "rates": [0.08, 0.1],
        "periods": 3.0,
        "timing": "mid",
        "customers": "existing",
        "growth": 0.0,
        "cac": 0.0,
        "headers": True,
    },
    "CV_LTV_HISTORIC": {"dates": [45657.0, 46022.0], "amounts": [300.0, 500.0], "as_of": 46022.0, "rate": 0.1},
    "CV_LTV_HORIZON": {
        "margin": 1000.0,
        "retention": 0.8,
        "rate": 0.1,
        "horizons": [1.0, 3.0],
        "timing": "mid",
        "customers": "existing",
        "growth": 0.0,
        "headers": True,
    },
    "CV_LTV_SCHEDULE": {
        "margins": [1000.0, 1100.0],
        "retentions": [0.8, 0.9],
        "rate": 0.1,
        "timing": "mid",
        "customers": "new",
        "cac": 0.0,
    },
    "CV_LTV_SENS": {
        "margin": 1000.0,
        "retention": 0.8,
        "rate": 0.1,
        "cac": 900.0,
        "periods": 3.0,
        "shock": 0.01,
        "timing": "mid",
        "customers": "existing",
        "growth": 0.0,
        "headers": True,
    },
    "CV_MARKOV_BASE": {
        "transition": CHANCES,
        "counts": [100.0, 300.0],
        "periods": 2.0,
        "acquired": [10.0, 30.0],
        "labels": ["Regular", "Occasional"],
        "timing": "transactional",
        "headers": True,
    },
    "CV_MARKOV_LTV": {
        "transition": CHANCES,
        "margin": [300.0, 100.0],
        "rate": 0.1,
        "periods": 3.0,
        "cost": [20.0, 10.0],
        "timing": "transactional",
        "arrival": "mid",
    },
    "CV_MARKOV_PAYBACK": {
        "transition": CHANCES,
        "margin": [300.0, 100.0],
        "rate": 0.1,
        "acquired": [10.0, 30.0],
        "cac": [250.0, 100.0],
        "cost": [20.0, 10.0],
        "arrival": "mid",
    },
    "CV_MARKOV_PROJECT": {
        "transition": CHANCES,
        "counts": [100.0, 300.0],
        "margin": [300.0, 100.0],
        "rate": 0.1,
        "periods": 2.0,
        "cost": [20.0, 10.0],
        "acquired": [10.0, 30.0],
        "cac": [250.0, 100.0],
        "timing": "transactional",
        "arrival": "mid",
        "headers": True,
    },
    "CV_MBGNBD_CONDITIONAL": {"params": [0.525, 6.183, 0.891, 1.614], "x": 2.0, "tx": 30.0, "age": 38.0, "t": 39.0},
    "CV_MBGNBD_EXPECTED": {"params": [0.525, 6.183, 0.891, 1.614], "t": 39.0},
    "CV_MBGNBD_FIT": {"x": TWELVE[0], "tx": TWELVE[1], "age": TWELVE[2], "headers": True},
    "CV_MBGNBD_PALIVE": {"params": [0.525, 6.183, 0.891, 1.614], "x": 2.0, "tx": 30.0, "age": 38.0},
    "CV_MBGNBD_PROBABILITY": {"params": [0.525, 6.183, 0.891, 1.614], "t": 39.0, "most": 2.0, "headers": True},
    "CV_METHOD": {"n_customers": 40.0, "n_events": 3.0, "months": 9.0, "contractual": True, "headers": True},
    "CV_MIGRATION": {
        "prev": ["A", "A", "B"],
        "curr": ["A", "B", "B"],
        "labels": ["A", "B"],
        "values": [9.0, 4.0, 2.0],
        "headers": True,
    },
    "CV_MIRR": {"cfs": [-100.0, 60.0, 60.0], "finance_rate": 0.1, "reinvest_rate": 0.1},
    "CV_MODEL_CHECK": {
        "ids": ["A", "B", "A", "A", "B", "A"],
        "dates": [45660.0, 45665.0, 45668.0, 45690.0, 45720.0, 45780.0],
        "as_of": 45838.0,
        "split": 45747.0,
        "unit": "week",
        "headers": True,
    },
    "CV_MODEL_SELECT": {
        "x": TWELVE[0],
        "tx": TWELVE[1],
        "age": TWELVE[2],
        "unit_per_year": 52.0,
        "headers": True,
    },
    "CV_MOVERS": {
        "value_before": [120.0, 95.0, 50.0],
        "value_now": [80.0, 95.0, 60.0],
        "tier_before": ["A", "A", "B"],
        "tier_now": ["B", "B", "B"],
        "bounds_before": [90.0],
        "bounds_now": [100.0],
        "band": 0.0,
        "labels": ["A", "B"],
    },
    "CV_NBD_CONDITIONAL": {"params": [0.385, 12.072], "x": 2.0, "tx": 30.0, "age": 38.0, "t": 39.0},
    "CV_NBD_EXPECTED": {"params": [0.385, 12.072], "t": 39.0},
    "CV_NBD_FIT": {"x": TWELVE[0], "tx": TWELVE[1], "age": TWELVE[2], "headers": True},
    "CV_NBD_PROBABILITY": {"params": [0.385, 12.072], "t": 39.0, "most": 2.0, "headers": True},
    "CV_NET_ADDS": THREE_METRICS,
    "CV_NET_NEW_REMAINING": THREE_METRICS,
    "CV_NPV": {"rate": 0.1, "cfs": [-100.0, 60.0, 60.0], "timing": "end"},
    "CV_NRR": {"opening": 1000.0, "expansion": 120.0, "contraction": 50.0, "churn": 80.0},
    "CV_ONTIME_SHARE": PAYMENTS,
    "CV_PAYBACK": {"cac": 900.0, "margin": 500.0, "retention": 0.9, "rate": 0.1, "mode": "discounted"},
    "CV_PAYMENT_COST": {"amounts": 450000.0, "days": 74.0, "rate": 0.1, "basis": 365.0},
    "CV_PNBD_CONDITIONAL": {"params": [0.553, 10.578, 0.606, 11.669], "x": 2.0, "tx": 30.0, "age": 38.0, "t": 39.0},
    "CV_PNBD_EXPECTED": {"params": [0.553, 10.578, 0.606, 11.669], "t": 39.0},
    "CV_PNBD_FIT": {"x": TWELVE[0], "tx": TWELVE[1], "age": TWELVE[2], "headers": True},
    "CV_PNBD_PALIVE": {"params": [0.553, 10.578, 0.606, 11.669], "x": 2.0, "tx": 30.0, "age": 38.0},
    "CV_PNBD_PROBABILITY": {"params": [0.553, 10.578, 0.606, 11.669], "t": 39.0, "most": 2.0, "headers": True},
    "CV_POACH_RISK": {"p_poach": 0.25, "rlv": 10000.0, "headroom_pv": 5000.0},
    "CV_POOL_RATE": {"pool_cost": 120000.0, "driver_total": 93000.0},
    "CV_PSI": {"p": [50.0, 30.0, 20.0], "q": [40.0, 30.0, 30.0]},
    "CV_RATE": {"rate": 0.1, "from_per_year": 1.0, "to_per_year": 12.0, "kind": "effective"},
    "CV_RBO": {**LENS_PAIR, "p": 0.9, "money": [60.0, 100.0, 50.0, -10.0]},
    "CV_RECEIVABLES": {
        "invoices": DOCUMENTS,
        "as_of": 46022.0,
        "rate": 0.1,
        "loss_rates": [0.005, 0.02, 0.1, 0.3, 0.5],
        "months": 12.0,
        "basis": 365.0,
        "headers": True,
    },
    "CV_RECONCILE": {
        "ledger_total": 436971.07,
        "allocated": 409971.07,
        "unused": 27000.0,
        "unallocated": 0.0,
        "headers": True,
    },
    "CV_REQUIRED": {**CASE, "driver": "retention_rate", "target_npv": 0.0, **CASE_OPTIONS},
    "CV_RETENTION": {"renewed": 8.0, "exposed": 9.0, "prior_rate": 0.8, "prior_weight": 20.0},
    "CV_RETENTION_SHRUNK": {"renewed": 8.0, "exposed": 9.0, "prior_rate": 0.8, "prior_weight": 20.0},
    "CV_RETURN_ON_CUSTOMER": {"profit": 50.0, "ce_open": 1000.0, "ce_close": 1100.0},
    "CV_REV_PER_EXISTING": THREE_METRICS,
    "CV_REV_PER_NEW": THREE_METRICS,
    "CV_RFM": {
        "recency_days": [3.0, 40.0, 200.0],
        "frequency": [9.0, 2.0, 1.0],
        "monetary": [800.0, 60.0, 20.0],
        "bins": 3.0,
    },
    "CV_RFM_SUMMARY": {
        "ids": ["A", "B", "A"],
        "dates": [45700.0, 45800.0, 45900.0],
        "amounts": [100.0, 50.0, 20.0],
        "as_of": 46022.0,
        "unit": "week",
        "headers": True,
    },
    "CV_ROLLFORWARD": ROLLED,
    "CV_ROLLFORWARD_CUSTOMERS": ROLLED,
    "CV_SAMPLE_PLAN": {"sizes": [40.0, 160.0, 600.0], "n": 20.0, "min": 0.0, "max": 50.0, "sd": 1.0},
    "CV_SAMPLE_SELECT": {"ids": ["A", "B", "C"], "strata": ["A", "A", "A"], "plan": STRATA, "seed": "2025Q4"},
    "CV_SAMPLE_WEIGHT": {"sizes": [40.0, 160.0, 600.0], "sampled": [5.0, 7.0, 38.0]},
    "CV_SBG_DERL": {"params": FITTED, "rate": 0.1, "n": 1.0},
    "CV_SBG_FIT": {"survivors": [1000.0, 631.0, 468.0, 382.0], "headers": True},
    "CV_SBG_LTV": {
        "params": [0.704, 1.182],
        "margin": 1000.0,
        "rate": 0.1,
        "periods": 3.0,
        "timing": "mid",
        "customers": "existing",
        "n": 1.0,
        "cac": 0.0,
    },
    "CV_SBG_RETENTION": {"params": [0.704, 1.182], "t": 1.0},
    "CV_SBG_SURVIVAL": {"params": [0.704, 1.182], "t": 1.0},
    "CV_SCENARIO": {**CASE, "part": 0.5, "delay": 1.0, **CASE_OPTIONS, "headers": True},
    "CV_SELF_SERVICE_SHARE": {"self_resolved": 420.0, "assisted": 880.0},
    "CV_SLA": {
        "tier": ["T1", "T2", "T2"],
        "severity": [1.0, 1.0, 2.0],
        "table": ALLOWED,
        "contract_hours": [9.0, 9.0, 9.0],
    },
    "CV_SLA_COMPLIANCE": {
        "tier": ["T1", "T2", "T2"],
        "status": ["Met", "Met", "Open, late"],
        "headers": True,
    },
    "CV_SLA_DUE": {
        "opened": [46010.0, 46010.0, 46010.0],
        "hours": [4.0, 8.0, 12.0],
        "clock": "business",
        "day_start": 9.0,
        "day_end": 17.0,
        "holidays": [46015.0, 46016.0],
        "workdays": "1111100",
    },
    "CV_SLA_STATUS": {
        "opened": [46010.0, 46010.0, 46010.0],
        "due": [46012.0, 46012.0, 46012.0],
        "closed": [46011.0, 46013.0, None],
        "as_of": 46022.0,
    },
    "CV_SPEARMAN": LENS_PAIR,
    "CV_SPEND_RETURNS": {
        "plans": PLANS,
        "customers": 100.0,
        "margin": 200.0,
        "retention": 0.8,
        "rate": 0.1,
        "periods": "inf",
        "timing": "end",
        "headers": True,
    },
    "CV_STOBACHOFF": {"contributions": [30.0, -10.0, 80.0]},
    "CV_STOP_RULE": {**CASE, **CASE_OPTIONS, "headers": True},
    "CV_STRATEGIC": {"ratings": [[5.0, 4.0, 0.0], [3.0, 2.0, 1.0]], "weights": [2.0, 1.0, 1.0]},
    "CV_SUM": {"cells": [1.0, 2.0, 3.0]},
    "CV_SYNTHESIS": {
        "lens_table": LENSES,
        "weights": [["officer", "weight"], ["CPO", 0.5], ["CFO", 0.5]],
        "method": "weighted",
        "money": [100.0, 500.0, 300.0],
        "headers": True,
    },
    "CV_TDABC": {
        "cost": 560000.0,
        "practical_minutes": 700000.0,
        "unit_times": [8.0, 44.0, 50.0],
        "quantities": [49000.0, 1400.0, 2500.0],
        "headers": True,
    },
    "CV_TDABC_RATE": {"cost": 560000.0, "practical_minutes": 700000.0},
    "CV_TDABC_TIME": {"terms": TERMS, "attributes": CASE_LINES},
    "CV_THREE_METRICS": THREE_METRICS | {"headers": True},
    "CV_TIER": {
        "values": [250.0, 150.0, 50.0],
        "method": "absolute",
        "params": [200.0, 100.0],
        "labels": ["Gold", "Silver", "Bronze"],
    },
    "CV_TIER_STABLE": {
        "value": [104.0, 106.0, 94.0],
        "prev_tier": ["B", "B", "A"],
        "bounds": [100.0],
        "band": 0.05,
        "labels": ["A", "B"],
    },
    "CV_TOPN_OVERLAP": {**LENS_PAIR, "n": 2.0, "kind": "share", "money": [60.0, 100.0, 50.0, -10.0]},
    "CV_TORNADO": {**CASE, "lo": 0.5, "hi": 1.5, "rate_step": 0.02, **CASE_OPTIONS, "headers": True},
    "CV_TRACE": {"ids": ["A", "B", "C"], "ledger_lines": LEDGER_LINES},
    "CV_TRIAGE": {"issues": ISSUES, "as_of": 46022.0, "mode": "crisis", "headers": True},
    "CV_VALUE_MATRIX": {
        "value_to_company": [90.0, 80.0, 5.0],
        "value_to_customer": [80.0, 20.0, 90.0],
        "cut_v": 50.0,
        "cut_u": 60.0,
    },
    "CV_VALUE_SEGMENT": {
        "current": [900.0, 50.0, 50.0],
        "potential": [400.0, 400.0, 10.0],
        "cuts": [500.0, 100.0],
    },
    "CV_VOICE": {"issues": [60.0, 20.0, 40.0], "values": [40.0, 200.0, -10.0], "ratio": 2.0, "alpha": 0.01},
    "CV_WATERFALL": {"table": PNL, "customer": "A", "headers": True},
    "CV_WEIGHT_SENSITIVITY": {
        "lens_table": LENSES,
        "n": 2.0,
        "step_size": 0.5,
        "money": [100.0, 500.0, 300.0],
        "headers": True,
    },
    "CV_WHALE": {"contributions": [30.0, -10.0, 80.0], "ids": ["A", "B", "C"], "headers": True},
    "CV_WHALE_POINTS": {"contributions": [30.0, -10.0, 80.0], "points": 5.0, "headers": True},
    "CV_WHALE_STATS": {"contributions": [30.0, -10.0, 80.0], "headers": True},
    "CV_WHAT_IF": {
        "pools": POOLS,
        "drivers": DRIVERS,
        "changes": [["change", "name", "value"], ["driver", "parcels", -0.2], ["price", None, 0.05]],
        "revenue": [["customer_id", "net_revenue"], ["A", 100.0], ["B", 50.0]],
        "headers": True,
    },
}

# Ranges that must have one length: the columns single, row and rows change them all.
TOGETHER = (
    {"ageing_amounts", "loss_rates"},
    {"margins", "retentions"},
    {"x", "tx", "age", "mbar", "n", "weight"},
    {"recency_days", "frequency", "monetary"},
    {"cost", "value", "tiers", "prev_tier"},
    {"value_before", "value_now", "tier_before", "tier_now"},
    {"p", "q"},
    {"unit_times", "quantities"},
    {"current", "potential"},
    {"value_to_company", "value_to_customer"},
    {"clv", "crv"},
    {"a", "b", "lens_table", "money"},
    {"profit", "ce_open", "ce_close"},
    {"gain", "must", "hours", "tier", "severity", "contract_hours", "opened", "due", "closed", "status"},
    {"dates", "amounts", "ids", "strata", "contributions", "inv_dates", "due_dates", "paid_dates"},
    {"prev", "curr", "lens_scores", "values", "issues"},
    {"sizes", "sampled"},
)

# How 50,000 rows are made where 50,000 times the same would make no sense.
LONG: dict[str, Callable[[], Any]] = {
    "table": lambda: PNL + [[f"K{row}", 100.0, 60.0] for row in range(MANY - 2)],
    **dict.fromkeys(
        ("rank_table", "lens_scores"),
        lambda: LENS_TABLE + [[f"K{row}", 60.0, 50.0, 40.0] for row in range(MANY - 4)],
    ),
    "values": lambda: [[float(row)] for row in range(MANY)],
    "invoices": lambda: DOCUMENTS + [[f"K{row}", *DOCUMENTS[1][1:]] for row in range(MANY - 2)],
    "ratings": lambda: [[5.0, 4.0, 0.0]] * MANY,
    "lens_table": lambda: LENSES + [[f"K{row}", 0.0, row / 1000.0] for row in range(MANY - 3)],
    "edges": lambda: [[float(row)] for row in range(1, MANY + 1)],
    "pools": lambda: POOLS + [POOLS[1]] * (MANY - 2),
    "attributes": lambda: CASE_LINES[:1] + [[5.0]] * MANY,
    "ledger_lines": lambda: LEDGER_LINES[:1] + [["A", 0.01]] * MANY,
    "customer_values": lambda: CUSTOMER_VALUES + [[f"K{row}", 10.0] for row in range(MANY - 2)],
    "referrals": lambda: REFERRALS + [["A", f"K{row}", 1.0, 100.0, 0.8] for row in range(MANY - 1)],
    "influence": lambda: INFLUENCE + [["B", f"K{row}", 100.0, 80.0] for row in range(MANY - 1)],
    "ideas": lambda: IDEAS + [[f"K{row}", "A", 1000.0, 0.5, 0.2] for row in range(MANY - 1)],
    "capacity": lambda: CAPACITY + [[f"K{row}", 60.0] for row in range(MANY - 2)],
    "revenue": lambda: REVENUE + [[f"K{row}", 10.0] for row in range(MANY - 3)],
    "drivers": lambda: DRIVERS + [[f"K{row}", "parcels", 1.0] for row in range(MANY - 3)],
    "customers": lambda: [[f"K{row}"] for row in range(MANY)],
    "ids": lambda: [[f"K{row}"] for row in range(MANY)],
    "x": lambda: [[TWELVE[0][row % 12]] for row in range(MANY)],
    "tx": lambda: [[TWELVE[1][row % 12]] for row in range(MANY)],
    "age": lambda: [[TWELVE[2][row % 12]] for row in range(MANY)],
    "mbar": lambda: [[float(row % 11 + 1)] for row in range(MANY)],
    "survivors": lambda: [[1000.0 / row] for row in range(1, MANY + 1)],
    "n": lambda: [[40.0]] * MANY,
    "weight": lambda: [[float(row % 6 + 1)] for row in range(MANY)],
    "horizons": lambda: [[float(row)] for row in range(1, MANY + 1)],
    "transactions": lambda: SOLD + [[f"K{row}", 45809.0, 1.0] for row in range(MANY - 3)],
    "ends": lambda: [["customer_id", "end_date"]] + [[f"K{row}", 45900.0] for row in range(MANY)],
    **dict.fromkeys(
        ("opening_table", "closing_table"),
        lambda: SNAPSHOT + [[f"K{row}", *SNAPSHOT[1][1:]] for row in range(MANY - 2)],
    ),
    **dict.fromkeys(("base_case", "case_drivers"), lambda: WITHOUT_PROGRAM + [WITHOUT_PROGRAM[2]] * (MANY - 3)),
    "program": lambda: WITH_PROGRAM + [WITH_PROGRAM[2]] * (MANY - 2),
    "plans": lambda: PLANS + [PLANS[1]] * (MANY - 2),
    "issues": lambda: ISSUES + [[f"K{row}", *ISSUES[1][1:]] for row in range(MANY - 2)],
    "tier_min": lambda: [["tier", "hours"]] + [[f"K{row}", 0.0] for row in range(MANY)],
    "plan": lambda: STRATA + [[f"K{row}", 0.0] for row in range(MANY - 1)],
}


def is_table(good: Any) -> bool:
    return isinstance(good, list) and isinstance(good[0], list)


def single(good: Any) -> Any:
    if is_table(good):
        return good[0][0]
    return good[0] if isinstance(good, list) else good


def row(good: Any) -> Any:
    if is_table(good):
        return [good[1]]
    return [good if isinstance(good, list) else [good] * 3]


def header(good: Any) -> Any:
    return [good[0]] if is_table(good) else [["Heading"]]


def rows(name: str, good: Any) -> Any:
    if good is MEASURED:
        return MEASURED + [[f"K{row}", 900.0, row / 10.0, None] for row in range(MANY - 3)]
    if good is GOALS:
        return GOALS + [[f"K{row}", "G-1", *GOALS[2][2:]] for row in range(MANY - 2)]
    if good is ALLOWED:
        return ALLOWED + [[f"K{row}", 4.0, 8.0] for row in range(MANY - 2)]
    # In other functions "customers" is a word, and "drivers" and "issues" are one column.
    if name in LONG and isinstance(good, list) and (name not in ("drivers", "issues") or is_table(good)):
        return LONG[name]()
    return [[single(good)]] * MANY


CASES: dict[str, Callable[[str, Any], Any]] = {
    "blank": lambda name, good: None,
    "text": lambda name, good: "abc",
    "error": lambda name, good: "#REF!",
    "single": lambda name, good: single(good),
    "row": lambda name, good: row(good),
    "header": lambda name, good: header(good),
    "rows": rows,
}


def outcomes() -> dict[tuple[str, str], dict[str, str]]:
    """The outcome of each case by function and argument."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for line in MATRIX.strip().splitlines():
        name, *cells = line.split()
        if line[0] != " ":
            function, cases = name, cells
        else:
            found[function, name] = dict(zip(cases, cells, strict=True))
    return found


OUTCOMES = outcomes()


def call(function: str, argument: str, case: str) -> Reply:
    """The good call with one argument, and those of its length, replaced."""
    changed = {argument}
    if case in ("single", "row", "rows"):
        changed |= next((group for group in TOGETHER if argument in group), set())
    args = [CASES[case](name, good) if name in changed else good for name, good in GOOD[function].items()]
    return evaluate(function, args)


def outcome(reply: Reply, expected: str) -> str:
    """The reply in the words of the matrix."""
    first = reply.cells[0][0]
    if isinstance(first, CellError):
        return first.value
    if "x" in expected:
        return f"{len(reply.cells)}x{len(reply.cells[0])}"
    assert isinstance(first, float)
    return f"{first:g}"


def test_no_function_and_no_argument_lacks_its_row() -> None:
    declared = {function.name: [argument.name for argument in function.arguments] for function in functions()}
    assert {name: list(good) for name, good in GOOD.items()} == declared
    assert set(OUTCOMES) == {(name, one) for name, args in declared.items() for one in args}
    assert all(list(by_case) == list(CASES) for by_case in OUTCOMES.values())
    assert [line.split()[0] for line in MATRIX.strip().splitlines() if line[0] != " "] == sorted(declared)


@pytest.mark.parametrize("function", GOOD)
def test_the_good_call_is_good(function: str) -> None:
    reply = evaluate(function, list(GOOD[function].values()))
    assert not isinstance(reply.cells[0][0], CellError)


# All cases of an argument at once: a test for each of the thousands would take longer than the calls.
@pytest.mark.parametrize(("function", "argument"), OUTCOMES, ids=map("-".join, OUTCOMES))
def test_the_outcomes_are_those_written_down(function: str, argument: str) -> None:
    written = OUTCOMES[function, argument]
    replies = {case: call(function, argument, case) for case in CASES}
    assert {case: outcome(reply, written[case]) for case, reply in replies.items()} == written
    assert [case for case, reply in replies.items() if written[case].startswith("#") and not reply.message] == []
    # Where there is one customer, or no next horizon, there is no order to compare, and no model to check; where
    # nobody says what is avoidable, nobody knows what is stranded; a value that is blank has no distance to a cut;
    # where a tier is empty, nobody has a share of it; an issue whose gain is blank is not planned.
    unknown = function in (
        "CV_ALLOCATE_HOURS",
        "CV_LTV_HORIZON",
        "CV_MIGRATION",
        "CV_MODEL_CHECK",
        "CV_MODEL_SELECT",
        "CV_VALUE_MATRIX",
        "CV_VALUE_SEGMENT",
        "CV_WHAT_IF",
    )
    allowed = {CellError.NA} if unknown else set()
    errors = {
        case: {cell for line in reply.cells for cell in line if isinstance(cell, CellError)}
        for case, reply in replies.items()
        if not written[case].startswith("#")
    }
    assert {case: found for case, found in errors.items() if not found <= allowed} == {}
