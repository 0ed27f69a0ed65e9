"""What a project is worth: scenarios, net present value, payback, break-even, a distribution and what drives it.

Pure arithmetic without Django: `inputs` holds the shapes that go in, `cashflow` discounts them, `scenarios`,
`simulation` and `tornado` ask them different questions, and `estimate` puts the answers together. What comes out is
kept in `RoiEstimate.results` as plain JSON:

    "low", "likely", "high"   one scenario each, in the currency of the estimate:
        "benefit"             gained over the horizon, not discounted
        "cost_once"           costs paid once
        "cost_running"        costs paid again and again, including those per 1,000 predictions
        "error_cost"          what wrong predictions cost
        "total_cost"          the three together
        "net"                 benefit - total_cost
        "roi"                 net / total_cost, as a share (0.5 is 50 %); null when nothing costs anything
        "npv"                 net present value
        "payback_month"       the month from which the running total is, and stays, at or above zero; 0 is before the
                              first month; null when that is not within the horizon
        "discounted_payback_month"   the same with discounted amounts
        "cumulative"          the running total after month 0, 1, ... horizon, not discounted
    "break_even"              of the likely scenario: "multiplier" of all uplifts at which its NPV is 0, or null when no
                              uplift suffices, with a "reason" in words; "lines": [{"key", "label", "uplift"}]
    "distribution"            "method" ("pert"), "draws", "seed", "mean", "deviation", "p5", "p50", "p95",
                              "probability_positive" (share of draws with an NPV above 0),
                              "histogram": {"edges": [n + 1 numbers], "counts": [n numbers]}
    "tornado"                 largest swing first: [{"key", "label", "kind", "low", "likely", "high", "npv_low",
                              "npv_high", "swing"}]
    "roi_likely"              the same as likely.roi, null when nothing costs anything
    "hurdle_rate"             the return that a go asks for, as a share

The newest estimate of a project is `canvas.services.money.latest_estimate(project)`.
"""
