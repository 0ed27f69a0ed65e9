"""The table of runs: which columns, which runs, in which order, and the rows of one page of it.

Everything here reads by values and for the rows of one page only, because a project may hold tens of thousands of runs.
"""
