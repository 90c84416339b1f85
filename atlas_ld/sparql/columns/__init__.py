"""A second query engine, for questions that read much: the graph as sorted columns of numbers, joined by numpy.

build        the store's default graph -> a file of columns (layout says what is in it)
attachment   the columns in a query worker
looks        which queries are worth a try: a cheap test of their words
engine       query -> nodes -> tables of numbers -> rows in a results format
parser       the text of a query -> nodes, which are SPARQL's algebra, its expressions and paths; phrases are the
             smaller parts
relations    pairs of terms that a property or a path links
patterns     basic graph patterns: the order of the joins
algebra      joins, options, unions, groups, distinct rows, pages, on tables
conditions   FILTER and the like on whole columns, texts and regex among them
expressions  any expression, once for each combination of values; arithmetic has Oxigraph's decimals
aggregates   GROUP BY; order is ORDER BY
terms        terms by their numbers, of some kinds; constants are those that a query names
results      the four formats

Oxigraph is the reference. What is not known to give the same answer raises `Uncovered`, before a byte is sent, and is
answered by Oxigraph (docs/decisions/0015). This package needs the extra `analytics`.
"""


class Uncovered(Exception):  # noqa: N818  # no error: Oxigraph answers
    """This engine does not answer the query; the argument says why."""
