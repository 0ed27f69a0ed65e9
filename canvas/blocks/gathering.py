"""Blocks 2, 4 and 7: where data come from, what is made of them, and how new ones arrive."""

from __future__ import annotations

from canvas.blocks.shape import YES_OR_NO, Block, Column, Field, Kind, Phase, choices, with_common_fields

SOURCE_TYPES = choices(
    ("internal_database", "Internal database"),
    ("api", "API"),
    ("open_data", "Open data"),
    ("purchased", "Purchased"),
    ("sensor", "Sensor"),
    ("manual_entry", "Manual entry"),
    ("synthetic", "Synthetic"),
)
PERSONAL_DATA = choices(
    ("none", "No personal data"),
    ("personal", "Personal data"),
    ("special_category", "Special category of personal data"),
)
ACCESS = choices(
    ("granted", "Granted"),
    ("requested", "Requested"),
    ("not_requested", "Not requested yet"),
    ("refused", "Refused"),
)
SCALES = choices(("nominal", "Nominal"), ("ordinal", "Ordinal"), ("interval", "Interval"), ("ratio", "Ratio"))
DATA_TYPES = choices(
    ("integer", "Whole number"),
    ("decimal", "Decimal number"),
    ("category", "Category"),
    ("boolean", "Yes or no"),
    ("text", "Text"),
    ("timestamp", "Date or time"),
    ("image", "Image or signal"),
    ("vector", "Vector"),
)

DATA_SOURCES = Block(
    2,
    "data_sources",
    "Data sources",
    Phase.DATA,
    purpose="List every place raw data can come from, who may use it for this, and what it hides.",
    questions=(
        "Which internal bases, interfaces, open and bought sets are there?",
        "Who owns each, and may we use it for this purpose?",
        "How fresh, how complete, and how far back?",
        "What does it cost to get, to clean and to keep?",
    ),
    good_looks_like=(
        "Each source has an owner who knows that we use it.",
        "Licence or terms are named, not “internal use”.",
        "Known faults are written down before they are found in a model.",
        "Sources that were considered and left out are mentioned, with the reason.",
    ),
    feeds=("EU AI Act Annex IV 2(d), Article 10", "Datasheet: collection", "NIST AI RMF MAP 2.3", "GDPR Article 30"),
    fields=with_common_fields(
        Field(
            "sources",
            "Sources",
            Kind.ROWS,
            noun="source",
            question="Where do raw data come from?",
            help="One row per source. Write no passwords or connection strings.",
            example="Pump telemetry · sensor · owned by plant engineering · 2021 to 2025 · every 10 seconds · own "
            "data, "
            "no licence needed · no personal data · access granted",
            required=True,
            max_rows=40,
            unique="name",
            columns=(
                Column("name", "Name", required=True),
                Column("type", "Type", Kind.CHOICE, required=True, choices=SOURCE_TYPES),
                Column("owner", "Owner", Kind.PERSON, required=True),
                Column("location", "Where it is kept", help="System or catalogue entry; no secrets"),
                Column("origin", "Origin", Kind.LONG_TEXT, required=True, help="How the data came to exist"),
                Column("collection_period", "Collected from and to", required=True),
                Column("refresh", "Refresh", required=True, help="How often new data arrive, or “never”"),
                Column("volume", "Volume"),
                Column("licence_or_terms", "Licence or terms", required=True),
                Column("personal_data", "Personal data", Kind.CHOICE, required=True, choices=PERSONAL_DATA),
                Column(
                    "lawful_basis",
                    "Lawful basis",
                    help="Needed when the data are personal",
                    required_when=("personal_data", ("personal", "special_category")),
                ),
                Column("known_quality_issues", "Known quality issues", Kind.LONG_TEXT),
                Column("access_status", "Access", Kind.CHOICE, required=True, choices=ACCESS),
                Column("retention", "Kept until"),
            ),
            board="",
            board_columns=("name", "volume"),
        ),
        Field(
            "left_out",
            "Considered and left out",
            Kind.LIST,
            question="Which sources did we decide not to use, and why?",
            help="One per line.",
            example="Operators' chat messages: private, and not needed to see a pump wear out",
            board="Left out",
        ),
    ),
)

FEATURE_ENGINEERING = Block(
    4,
    "feature_engineering",
    "Feature engineering",
    Phase.DATA,
    purpose="Turn raw data into inputs with people who know the subject, and rule out leaks and proxies.",
    questions=(
        "What do experts look at when they judge a case?",
        "Is each input known at the moment of prediction?",
        "Does any input stand in for a protected trait?",
        "Does any input give the outcome away?",
    ),
    good_looks_like=(
        "Every input was discussed with somebody who knows the subject.",
        "Each has a stated moment at which it is known.",
        "The leak check says how it was made, not only “none”.",
        "Inputs that were dropped are listed with the reason.",
    ),
    feeds=("EU AI Act Annex IV 2(b)", "Datasheet: preprocessing", "NIST AI RMF MAP 2.3, MEASURE 2.11"),
    fields=with_common_fields(
        Field(
            "features",
            "Features planned",
            Kind.ROWS,
            noun="feature",
            question="Which inputs will the model see?",
            help="One row per input, or per family of inputs made in the same way.",
            example="hours_since_service · telemetry clock and service book · difference in hours · plant engineer · "
            "decimal · ratio · known at prediction · no leak: service book is closed the day before · not sensitive",
            required=True,
            max_rows=60,
            unique="name",
            columns=(
                Column("name", "Name", required=True),
                Column("source_fields", "Source fields", required=True),
                Column("transformation", "Transformation", required=True),
                Column("expert_consulted", "Expert consulted", Kind.PERSON, required=True),
                Column("data_type", "Data type", Kind.CHOICE, required=True, choices=DATA_TYPES),
                Column("scale", "Scale", Kind.CHOICE, required=True, choices=SCALES),
                Column("available_at_prediction", "Known at prediction", Kind.CHOICE, required=True, choices=YES_OR_NO),
                Column(
                    "leakage_check", "Leak check", required=True, help="How we know it does not give the outcome away"
                ),
                Column(
                    "sensitive_or_proxy",
                    "Sensitive or proxy",
                    Kind.CHOICE,
                    required=True,
                    choices=choices(("no", "No"), ("proxy", "Possible proxy"), ("sensitive", "Sensitive")),
                ),
                Column("owner", "Owner", Kind.PERSON),
            ),
            board="",
        ),
        Field(
            "dropped",
            "Dropped on purpose",
            Kind.LIST,
            question="Which inputs did we decide against, and why?",
            help="One per line.",
            example="Shift of the operator: predicts well, but only because night shifts skip the log",
            board="Dropped",
        ),
    ),
)

COLLECTING_DATA = Block(
    7,
    "collecting_data",
    "Collecting data",
    Phase.DATA,
    purpose="Plan how inputs and true outcomes keep arriving after launch, so that the model can be checked and "
    "renewed.",
    questions=(
        "How do inputs and true outcomes reach us after launch?",
        "Who labels, by which rule, and how well do they agree?",
        "Will the model change what we can observe?",
        "Which share of cases stays untouched by the model?",
    ),
    good_looks_like=(
        "The wait for the true outcome is known and budgeted.",
        "Two labellers see some of the same cases, and their agreement is measured.",
        "A share of cases runs without the model, so that its effect can be seen.",
        "People whose data are kept know about it.",
    ),
    feeds=("EU AI Act Annex IV 2(d), Article 72", "Datasheet: labelling", "NIST AI RMF MEASURE 4"),
    fields=with_common_fields(
        Field(
            "collection_process",
            "How data arrive",
            Kind.LONG_TEXT,
            question="How do new inputs and outcomes get from the world to our records?",
            help="Name the steps, the systems and who looks after each.",
            example="Each parcel is photographed on the belt. Returns are booked at the counter; a nightly job joins "
            "both by parcel number.",
            required=True,
            board="Collection",
        ),
        Field(
            "label_source",
            "Where the truth comes from",
            Kind.LONG_TEXT,
            question="What do we accept as the true outcome, and who or what produces it?",
            example="The damage code that the counter clerk books when the customer returns a parcel within 14 days.",
            required=True,
            board="Truth",
        ),
        Field(
            "labelling_method",
            "Labeling method",
            Kind.CHOICE,
            question="How do cases get their label?",
            required=True,
            choices=choices(("manual", "Manual"), ("automated", "Automated"), ("combined", "Combined")),
            example="Combined: the booking gives the label, and one in fifty is checked by hand.",
            board="Labels",
        ),
        Field(
            "labeller_role",
            "Who labels",
            Kind.TEXT,
            question="In which role do people label, and what must they know?",
            help="A role, not a name.",
            example="Counter clerks with two weeks of training in damage codes",
            required=True,
        ),
        Field(
            "guideline_version",
            "Guideline",
            Kind.TEXT,
            question="Which version of which guideline do labellers follow?",
            example="Damage codes, edition 3, February 2026",
        ),
        Field(
            "agreement_target",
            "Agreement wanted",
            Kind.NUMBER,
            question="How well should two labellers agree on the same cases?",
            help="A figure and the measure it is in.",
            example="0.8, Cohen's kappa",
            units=("Cohen's kappa", "Krippendorff's alpha", "% agreement"),
        ),
        Field(
            "holdout_policy",
            "Share left untouched",
            Kind.TEXT,
            question="Which share of cases is handled without the model, and how is it chosen?",
            example="2 % of parcels, by the last two digits of the number",
            board="Untouched",
        ),
        Field(
            "feedback_loop_risk",
            "Feedback loops",
            Kind.LONG_TEXT,
            question="How could the model change the data that it will later be judged and trained on?",
            help="If it cannot, say why.",
            example="Parcels flagged as fragile are handled with care and so break less: the flag would look wrong.",
            required=True,
            board="Feedback",
        ),
        Field(
            "consent_and_notice",
            "Consent and notice",
            Kind.LONG_TEXT,
            question="How do people learn that their data are kept for this, and what can they refuse?",
            example="A line on the shipping label and the privacy page; senders can opt out of photographs.",
        ),
        Field(
            "rate",
            "Rate of new cases",
            Kind.NUMBER,
            question="How many labelled cases arrive in which time?",
            example="1,400 per week",
            units=("per day", "per week", "per month", "per year"),
        ),
        Field(
            "sampling",
            "Sampling",
            Kind.CHOICE,
            question="Which of the new cases are labelled?",
            example="A random twentieth, so that the error rate can be estimated without bias.",
            choices=choices(
                ("all", "All cases"),
                ("random", "Random sample"),
                ("active_learning", "Active learning"),
                ("random_and_active", "Random sample plus active learning"),
            ),
        ),
    ),
)
