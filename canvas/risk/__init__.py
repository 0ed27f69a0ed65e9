"""Risk as plain tables and pure rules: questions of the classification, tiers, duties, assessments, the risk matrix."""
