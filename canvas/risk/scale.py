"""The words of the risk matrix: likelihood and impact from 1 to 5, and the band of their product."""

LIKELIHOODS = (
    (1, "Rare", "less than once in the life of the system"),
    (2, "Unlikely", "about once a year or less"),
    (3, "Possible", "several times a year"),
    (4, "Likely", "every month"),
    (5, "Almost certain", "every week or more often"),
)
IMPACTS = (
    (1, "Negligible", "noticed, and put right at once"),
    (2, "Minor", "inconvenience or a small loss that is made good"),
    (3, "Moderate", "loss, stress or unequal treatment of some people"),
    (4, "Major", "lasting harm to people, or a serious loss"),
    (5, "Severe", "death, grave harm, or the loss of a fundamental right"),
)
BANDS = ((15, "very high"), (10, "high"), (5, "medium"), (1, "low"))
TONES = {"low": "good", "medium": "info", "high": "warn", "very high": "bad"}
# From this score on, what remains has to be accepted by somebody.
TOLERANCE = 5


def band(score: int) -> str:
    """The word for a product of likelihood and impact: low below 5, medium below 10, high below 15, else very high."""
    return next(word for lowest, word in BANDS if score >= lowest)


def likelihood(value: int) -> str:
    """The word for a likelihood."""
    return next(word for number, word, _ in LIKELIHOODS if number == value)


def impact(value: int) -> str:
    """The word for an impact."""
    return next(word for number, word, _ in IMPACTS if number == value)
