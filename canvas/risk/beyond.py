"""What the GDPR and the US guidance on model risk make a classification ask."""

from __future__ import annotations

from canvas.risk.shape import NONE, AnyOf, Ask, Part, pick, tick, yes_no

HAS_PERSONAL_DATA: AnyOf = (("personal_data", ("yes",)),)
USES_US_GUIDANCE: AnyOf = (("us_guidance", ("yes",)),)

DATA = Part(
    "data",
    "Personal data",
    "What the GDPR asks, whatever the AI Act says.",
    (
        Ask(
            yes_no(
                "personal_data",
                "Personal data",
                "Are personal data used to train, test or run it?",
                "Pseudonymised data are personal data.",
            ),
            "GDPR Art. 4(1)",
            ("Yes: the principles, records and security of the GDPR apply.",),
        ),
        Ask(
            yes_no(
                "special_category",
                "Special categories",
                "Are there data on health, origin, belief, union membership, sex life, genes or biometrics among them?",
            ),
            "GDPR Art. 9; AI Act Art. 4a",
            ("Yes: a condition of Art. 9(2) has to be recorded.",),
            (HAS_PERSONAL_DATA,),
        ),
        Ask(
            yes_no(
                "decides_about_persons", "About persons", "Does its result decide, or help to decide, about a person?"
            ),
            "GDPR Art. 22(1)",
            (),
            (HAS_PERSONAL_DATA,),
        ),
        Ask(
            yes_no(
                "legal_effect",
                "Legal or similar effect",
                "Does that decision have a legal or similarly significant effect?",
            ),
            "GDPR Art. 22(1)",
            (),
            (HAS_PERSONAL_DATA, (("decides_about_persons", ("yes",)),)),
        ),
        Ask(
            yes_no("solely_automated", "Solely automated", "Is it made without a person who could decide otherwise?"),
            "GDPR Art. 22(1)",
            ("With a legal or similar effect: forbidden unless excepted, and only with safeguards.",),
            (HAS_PERSONAL_DATA, (("decides_about_persons", ("yes",)),)),
        ),
        Ask(
            tick(
                "dpia",
                "Assessment before processing",
                "Does any of these hold?",
                ("profiling", "(a) Systematic, extensive evaluation of persons with legal or similar effect"),
                ("large_scale", "(b) Special-category or criminal data on a large scale"),
                ("public_monitoring", "(c) Systematic monitoring of public areas on a large scale"),
                ("authority_list", "The processing is on the list of the data protection authority"),
                (NONE, "None of these"),
            ),
            "GDPR Art. 35(3), 35(4)",
            ("Any: a data protection impact assessment comes before the processing.",),
            (HAS_PERSONAL_DATA,),
        ),
    ),
)

LEVELS = (("low", "Low"), ("medium", "Medium"), ("high", "High"))
MATERIALITY = Part(
    "materiality",
    "Model risk",
    "How much rests on the model, and how easily it is wrong. Four answers and two tables give the tier.",
    (
        Ask(
            yes_no(
                "is_model",
                "A model",
                "Does it turn input into estimates by statistics, learning or assumptions?",
                "Simple arithmetic and fixed rules are not models.",
            ),
            "SR 26-2, II",
            ("No: tier 3.",),
        ),
        Ask(
            pick(
                "exposure",
                "Exposure",
                "How much money, or how many people, ride on its output?",
                ("low", "Low: a loss would be noticed by few and made good easily"),
                ("medium", "Medium: a unit's result, or hundreds of people"),
                ("high", "High: the organisation's result, or thousands of people, or anybody's health"),
            ),
            "SR 26-2, III",
            ("With its use in decisions, it gives the impact.",),
        ),
        Ask(
            pick(
                "use_in_decisions",
                "Use in decisions",
                "What is done with its output?",
                ("low", "Informs: one of several things people look at"),
                ("medium", "Recommends: people usually follow it"),
                ("high", "Decides, or nobody could decide without it"),
            ),
            "SR 26-2, III",
            ("With exposure, it gives the impact.",),
        ),
        Ask(
            pick(
                "complexity",
                "Complexity",
                "How hard is it to see why it says what it says?",
                ("low", "Low: a few inputs, a form that can be read"),
                ("medium", "Medium: many inputs or interactions, explained by tools"),
                ("high", "High: nobody can follow it; or several models feed one another"),
            ),
            "SR 26-2, III",
            ("With uncertainty, it gives the inherent risk.",),
        ),
        Ask(
            pick(
                "uncertainty",
                "Uncertainty",
                "How sure are its assumptions, its data and its outcomes?",
                ("low", "Low: good data, outcomes seen soon, stable conditions"),
                ("medium", "Medium: known gaps, outcomes seen late, or conditions that change"),
                ("high", "High: little or unlike data, outcomes rarely seen, or assumptions nobody could check"),
            ),
            "SR 26-2, III",
            ("With complexity, it gives the inherent risk.",),
        ),
        Ask(
            yes_no(
                "us_guidance",
                "US guidance",
                "Does your organisation follow the US guidance on model risk, SR 26-2?",
                "It speaks to banking organisations, above all to those with more than 30 billion dollars of assets, and "
                "is not enforceable by itself. The tier is computed either way.",
            ),
            "SR 26-2, I–II",
            ("Yes: its lines are listed among your duties.",),
        ),
        Ask(
            yes_no("generative", "Generative or agentic", "Is it generative or agentic AI?"),
            "SR 26-2, footnote 3",
            ("Yes: outside the guidance, and to be covered by a practice of your own.",),
            (USES_US_GUIDANCE,),
        ),
        Ask(
            yes_no("vendor", "From a vendor", "Does a third party supply the model?"),
            "SR 26-2, VII",
            ("Yes: the lines on vendor models are added.",),
            (USES_US_GUIDANCE,),
        ),
    ),
)
