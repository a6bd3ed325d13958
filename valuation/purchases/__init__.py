"""
Customers who come and go without a contract: how often they buy, whether they still do, what they will spend.

A value that stands alone and is out of range raises. In an array of customers, a row that is missing, out of range or
contradicts itself gives NaN in that row only; a fit takes its columns as a whole, and its first fault raises with the
row's number. Times are in periods of the caller's choice, the same for all arguments of a call.
"""
