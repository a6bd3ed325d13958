"""x."""

from valuation.loyalty.drivers import Drivers, BusinessCase
