"""The evidence: evaluations, metrics, slices, baselines, verdicts.

The room measures a version on data, keeps numbers with their sample size and interval, and reports to the registry what
they mean for a promotion. Models run only inside `evaluation.sandbox`; the arithmetic is in `evaluation.measures`.
"""
