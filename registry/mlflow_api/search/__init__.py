"""MLflow's search: filters, orders and page tokens, from a client's text to rows of indexed tables.

`tokens` cuts a text into words, `grammar` reads clauses and orders out of them, `kinds` is the table of what can be
asked of what, `conditions` and `ordering` turn both into the database's words, and `finding` puts them together.
"""
