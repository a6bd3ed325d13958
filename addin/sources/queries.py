"""All SQL of an import. Only column positions and pieces of this module are ever filled in; values are bound."""

CSV = """read_csv($path, auto_detect = false, columns = {{{columns}}}, header = true, delim = $delimiter,
    quote = '"', escape = '"', encoding = $encoding, max_line_size = 10000000, hive_partitioning = false)"""
PARQUET = "read_parquet($path, hive_partitioning = false)"
DESCRIBE = "DESCRIBE SELECT * FROM {reader}"
RAW = "CREATE TABLE raw AS SELECT * FROM {reader} AS source({columns})"
COUNT = "SELECT count(*) FROM raw"

MACROS = r"""
CREATE MACRO cell(v, blanks) AS nullif(nullif(nullif(trim(CAST(v AS VARCHAR), blanks), ''), 'nan'), 'NaN');
CREATE MACRO ident(t) AS regexp_replace(t, '^(-?(?:0|[1-9][0-9]*))\.0+$', '\1');
CREATE MACRO plain(t, pattern, thousands, point) AS
    CASE WHEN regexp_full_match(t, pattern) THEN replace(replace(t, thousands, ''), point, '.') END;
CREATE MACRO day_of(t, iso, format) AS coalesce(
    CASE WHEN regexp_full_match(t, iso) THEN TRY_CAST(left(t, 10) AS DATE) END,
    CAST(try_strptime(t, format) AS DATE));
CREATE MACRO exact(d) AS CAST(CAST(d AS VARCHAR) AS DOUBLE); -- a direct cast may miss the nearest double
"""

# A true date becomes text with a T, which no date format of a mapping can take for something else.
TRUE_DATE = "replace(CAST(CAST({column} AS TIMESTAMP) AS VARCHAR), ' ', 'T')"

# With an amount instead of quantity x price, the amount is the price of a quantity of 1. The product of the two decimal
# types has 38 digits, the most there are: 12 of them decimals.
LINES = """
CREATE TABLE lines AS
WITH texts AS (
    SELECT rowid + 1 AS line,
        ident(cell({customer}, $blanks)) AS customer,
        ident(cell({document}, $blanks)) AS document,
        cell({date}, $blanks) AS date_text,
        cell({quantity}, $blanks) AS quantity_text,
        cell({price}, $blanks) AS price_text,
        CASE WHEN date_text IS NULL AND price_text IS NULL THEN trim(concat({texts}), $blanks) = '' END AS is_blank
    FROM raw
), parsed AS (
    SELECT *,
        day_of(date_text, $iso, $format) AS day,
        TRY_CAST(plain(quantity_text, $number, $thousands, $point) AS DECIMAL(18, 6)) AS quantity,
        TRY_CAST(plain(price_text, $number, $thousands, $point) AS DECIMAL(20, 6)) AS price
    FROM texts
)
SELECT line, customer, document, day, quantity * price AS amount, price = 0 AS zero_price,
    CASE WHEN is_blank THEN 'blank row'
        WHEN quantity_text IS NULL OR price_text IS NULL THEN 'blank amount'
        WHEN quantity IS NULL OR price IS NULL THEN 'unreadable amount'
        WHEN date_text IS NULL THEN 'blank date'
        WHEN day IS NULL THEN 'unreadable date'
        WHEN day NOT BETWEEN DATE '1900-01-01' AND DATE '2199-12-31' THEN 'implausible date'
    END AS fault,
    CASE WHEN fault = 'unreadable amount' THEN if(price IS NULL, price_text, quantity_text)
        WHEN fault LIKE '%date' THEN date_text END AS sample
FROM parsed
"""

OTHER_NOTATION = """
SELECT fault, sample, line FROM lines
WHERE (fault = 'unreadable amount' AND $decimal = '' AND regexp_full_match(sample, $comma_number))
    OR (fault = 'unreadable date' AND $format IS NULL AND regexp_full_match(sample, $other_date)
        AND NOT regexp_full_match(sample, $iso) AND NOT regexp_full_match(sample, $plain_number))
ORDER BY line LIMIT 1
"""

DOCUMENTS = """
CREATE TABLE documents AS
WITH repeats AS (
    SELECT min(rowid) + 1 AS line, count(*) - 1 AS times FROM raw GROUP BY {columns} HAVING count(*) > 1
)
SELECT customer, document, min(day) AS day, sum(amount) AS net, count(*) AS lines,
    count_if(zero_price) AS zero_price_lines, coalesce(sum(times), 0) AS duplicate_lines,
    coalesce(sum(amount * times), 0) AS duplicate_amount,
    CASE WHEN $prefix <> '' AND starts_with(document, $prefix) THEN 'credit'
        WHEN net >= 0 THEN 'sale'
        WHEN $prefix = '' THEN 'credit'
        ELSE 'adjustment' END AS type
FROM lines LEFT JOIN repeats USING (line)
WHERE fault IS NULL
GROUP BY customer, document, CASE WHEN document IS NULL THEN day END
"""

FRAME = """
SELECT customer, day, exact(net), type, document, lines, zero_price_lines, duplicate_lines, exact(duplicate_amount)
FROM documents ORDER BY day, document NULLS LAST, customer NULLS LAST
"""

# Sales and credits come from the documents, the rest from the lines: that they agree is a test of both.
TOTALS = """
SELECT count(*) FILTER (fault IS NULL) AS lines,
    (SELECT count(*) FROM documents WHERE customer IS NOT NULL) AS documents,
    count(DISTINCT customer) FILTER (fault IS NULL) AS customers,
    coalesce(sum(amount) FILTER (fault IS NULL), 0) AS all_lines,
    coalesce(sum(amount) FILTER (fault IS NULL AND customer IS NOT NULL), 0) AS identified,
    (SELECT coalesce(sum(net), 0) FROM documents WHERE customer IS NOT NULL AND type <> 'credit') AS sales,
    (SELECT coalesce(sum(net), 0) FROM documents WHERE customer IS NOT NULL AND type = 'credit') AS credits,
    coalesce(sum(amount) FILTER (fault IS NULL AND customer IS NULL), 0) AS unknown_customer,
    count(*) FILTER (fault <> 'blank row') AS unreadable_lines,
    coalesce(sum(amount) FILTER (fault IS NOT NULL), 0) AS unreadable_amount
FROM lines
"""

FAULTS = """
WITH found AS (
    SELECT fault AS kind, * FROM lines WHERE fault IS NOT NULL
    UNION ALL SELECT 'future date', * REPLACE (CAST(day AS VARCHAR) AS sample) FROM lines
        WHERE fault IS NULL AND day > $as_of
    UNION ALL SELECT 'blank document', * FROM lines WHERE fault IS NULL AND document IS NULL AND $has_document
)
SELECT kind, list(line ORDER BY line), list(exact(amount) ORDER BY line), arg_min(sample, line)
FROM found GROUP BY kind ORDER BY kind
"""
