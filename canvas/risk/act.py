"""What the EU AI Act makes a classification ask, as amended by Regulation (EU) 2026/1744."""

from __future__ import annotations

from canvas.blocks.shape import Field, Kind
from canvas.risk.shape import NONE, AnyOf, Ask, Part, pick, tick, yes_no

IN_SCOPE: tuple[AnyOf, ...] = ((("is_ai_system", ("yes",)),), (("exclusion", (NONE,)),))
AREAS = tuple(f"area_{number}" for number in range(1, 9))
POINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "area_1": (
        ("1a", "(a) Remote biometric identification"),
        ("1b", "(b) Biometric categorisation by sensitive traits"),
        ("1c", "(c) Emotion recognition"),
    ),
    "area_2": (
        (
            "2a",
            "Safety component of digital infrastructure, road traffic, or water, gas, heating or electricity supply",
        ),
    ),
    "area_3": (
        ("3a", "(a) Access or admission to education"),
        ("3b", "(b) Grading, or steering how somebody learns"),
        ("3c", "(c) Judging which level of education somebody may reach"),
        ("3d", "(d) Detecting forbidden behaviour in tests"),
    ),
    "area_4": (
        ("4a", "(a) Recruitment or selection"),
        ("4b", "(b) Terms of work, promotion, termination, task allocation or performance monitoring"),
    ),
    "area_5": (
        ("5a", "(a) Eligibility for public benefits and services"),
        ("5b", "(b) Creditworthiness or credit scores of persons, save detecting financial fraud"),
        ("5c", "(c) Risk and pricing in life and health insurance"),
        ("5d", "(d) Emergency calls, dispatch or triage"),
    ),
    "area_6": (
        ("6a", "(a) Risk of becoming a victim"),
        ("6b", "(b) Polygraphs and similar tools"),
        ("6c", "(c) Reliability of evidence"),
        ("6d", "(d) Risk of offending or reoffending"),
        ("6e", "(e) Profiling in criminal investigations"),
    ),
    "area_7": (
        ("7a", "(a) Polygraphs and similar tools"),
        ("7b", "(b) Risk posed by somebody who enters"),
        ("7c", "(c) Examining applications for asylum, visa or residence"),
        ("7d", "(d) Identifying persons, save checking travel documents"),
    ),
    "area_8": (
        ("8a", "(a) Researching or applying facts and law for a court or in dispute resolution"),
        ("8b", "(b) Influencing elections or how people vote"),
    ),
}
AREA_TITLES = {
    "area_1": "Biometrics",
    "area_2": "Critical infrastructure",
    "area_3": "Education and training",
    "area_4": "Employment and management of workers",
    "area_5": "Essential services and benefits",
    "area_6": "Law enforcement",
    "area_7": "Migration, asylum and border control",
    "area_8": "Justice and democracy",
}
IN_ANNEX_III: AnyOf = tuple((area, tuple(point for point, _ in POINTS[area])) for area in AREAS)
IS_DEPLOYER: AnyOf = (("roles", ("deployer",)),)
PRACTICES: tuple[tuple[str, str, str, str], ...] = (
    (
        "practice_a", "Art. 5(1)(a)", "Manipulation",
        "Does it use subliminal or manipulative techniques that materially distort behaviour and cause significant harm?",
    ),
    (
        "practice_b", "Art. 5(1)(b)", "Exploiting vulnerability",
        "Does it exploit a vulnerability from age, disability or a social or economic situation?",
    ),
    (
        "practice_ba", "Art. 5(1)(ba)", "Intimate imagery without consent",
        "Does it generate intimate imagery of identifiable people without their explicit consent?",
    ),
    ("practice_bb", "Art. 5(1)(bb)", "Child sexual abuse material", "Does it generate child sexual abuse material?"),
    (
        "practice_c", "Art. 5(1)(c)", "Social scoring",
        "Does it score people socially, so that they are treated badly without justification or in an unrelated context?",
    ),
    (
        "practice_d", "Art. 5(1)(d)", "Predicting crime from profiles",
        "Does it predict that a person will offend solely from profiling or personality traits?",
    ),
    (
        "practice_e", "Art. 5(1)(e)", "Scraping faces",
        "Does it build or extend a facial recognition database by untargeted scraping?",
    ),
    (
        "practice_f", "Art. 5(1)(f)", "Emotions at work or in education",
        "Does it infer emotions at work or in education, save for medical or safety reasons?",
    ),
    (
        "practice_g", "Art. 5(1)(g)", "Sensitive traits from biometrics",
        "Does it categorise people by biometrics in order to infer sensitive attributes?",
    ),
    (
        "practice_h", "Art. 5(1)(h)", "Real-time identification in public",
        "Is it real-time remote biometric identification in public for law enforcement, outside the narrow exceptions?",
    ),
)  # fmt: skip
LATER_PRACTICES = ("practice_ba", "practice_bb")


def _practice(key: str, provision: str, label: str, question: str) -> Ask:
    since = "2 December 2026" if key in LATER_PRACTICES else "2 February 2025"
    means = (
        f"Yes: the practice is prohibited from {since} on. The project stops here.",
        "No: this ban does not reach it.",
    )
    return Ask(yes_no(key, label, question), provision, means, IN_SCOPE)


def _area(key: str) -> Ask:
    number = key.removeprefix("area_")
    field = tick(
        key,
        AREA_TITLES[key],
        f"{AREA_TITLES[key]}: which of these is the system intended for?",
        *POINTS[key],
        (NONE, "None of these"),
        help="Tick all that apply, or “None of these”.",
    )
    means = (
        "Any point: high risk, unless a condition of Art. 6(3) holds and nobody is profiled.",
        "None: this area does not reach it.",
    )
    return Ask(field, f"Annex III, point {number}", means, IN_SCOPE)


SCOPE = Part(
    "scope",
    "Scope",
    "Whether the EU AI Act speaks of this at all.",
    (
        Ask(
            yes_no(
                "is_ai_system",
                "AI system",
                "Does it infer from its input how to produce predictions, content, recommendations or decisions?",
                "A trained model does. Rules that people wrote by hand and that are only executed do not.",
                "Yes: it learned from past cases which of them to put first.",
            ),
            "Art. 3(1)",
            (
                "Yes: the questions about the Act follow.",
                "No: the Act does not apply; data and model risk are asked still.",
            ),
        ),
        Ask(
            pick(
                "exclusion",
                "Outside the Act",
                "Is there a reason why the Act does not apply?",
                (NONE, "No, none of these"),
                ("defence", "Only for military, defence or national security purposes"),
                ("science", "Developed and used for scientific research and development alone"),
                (
                    "not_yet_used",
                    "Research, testing or development only, not placed on the market or put into service yet",
                ),
                ("personal", "Used by a person in a purely personal activity"),
                ("elsewhere", "Neither offered nor used in the Union, and its output is not used there"),
                help="Testing in the real world is not excluded.",
            ),
            "Art. 2",
            (
                "Any reason: outside the Act for as long as the reason holds. Classify again before that changes.",
                "None: the questions below follow.",
            ),
            ((("is_ai_system", ("yes",)),),),
        ),
    ),
)

ROLES = Part(
    "roles",
    "Your roles",
    "Who your organisation is in the chain. One organisation may have several roles.",
    (
        Ask(
            tick(
                "roles",
                "Roles",
                "What is your organisation for this system?",
                ("provider", "Provider: develops it, or has it developed, and offers or uses it under its own name"),
                ("deployer", "Deployer: uses it under its own authority"),
                ("importer", "Importer: places a system from outside on the Union market"),
                ("distributor", "Distributor: makes it available in the chain without being provider or importer"),
                ("authorised_representative", "Authorised representative: acts in the Union for a provider outside it"),
                ("product_manufacturer", "Product manufacturer: puts it on the market with its product under its name"),
                help="A team that builds a model for its own organisation is provider and deployer.",
            ),
            "Art. 3(3)–(8), Art. 25(3)",
            ("Each role brings duties of its own.",),
            IN_SCOPE,
        ),
        Ask(
            tick(
                "becomes_provider",
                "Turned into a provider",
                "Did you do one of these to somebody else's system?",
                ("rebranded", "Put your name or trade mark on a high-risk system that was on the market"),
                ("modified", "Changed a high-risk system substantially"),
                ("repurposed", "Changed the purpose of a system so that it becomes high-risk"),
                (NONE, "None of these"),
            ),
            "Art. 25(1)",
            (
                "Any of these: you are treated as the provider of the high-risk system, with all of a provider's duties.",
            ),
            IN_SCOPE,
        ),
        Ask(
            yes_no("public_body", "Public body", "Are you a body governed by public law?"),
            "Art. 26(8), 27(1), 49(3)",
            ("Yes: a high-risk use is registered, and its effect on fundamental rights is assessed.",),
            (*IN_SCOPE, IS_DEPLOYER),
        ),
        Ask(
            yes_no("public_service", "Public service", "Are you a private body that provides a public service?"),
            "Art. 27(1)",
            ("Yes: the effect of a high-risk use on fundamental rights is assessed.",),
            (*IN_SCOPE, IS_DEPLOYER),
        ),
        Ask(
            yes_no("workplace", "At work", "Is it used at a workplace, on workers?"),
            "Art. 26(7)",
            ("Yes: workers and their representatives are told before a high-risk system is used.",),
            (*IN_SCOPE, IS_DEPLOYER),
        ),
    ),
)

PROHIBITED = Part(
    "prohibited",
    "Prohibited practices",
    "Each is asked by itself. One yes stops the project.",
    (
        *(_practice(*row) for row in PRACTICES),
        Ask(
            Field(
                "screening_reason",
                "How this was checked",
                Kind.LONG_TEXT,
                question="What did you look at to answer these ten questions?",
                help="One or two sentences: they are what an auditor reads first.",
                example="Intended purpose and foreseeable misuse in block 1, read with the data protection officer.",
                required=True,
            ),
            "Art. 5",
            (),
            IN_SCOPE,
        ),
    ),
)

PRODUCT = Part(
    "product",
    "Regulated products",
    "Whether it is, or keeps safe, a product that other Union law regulates.",
    (
        Ask(
            yes_no(
                "annex_i",
                "Product of Annex I",
                "Is it a product under the law listed in Annex I, or a safety component of one?",
                "Such as medical devices, machinery, lifts, toys, radio equipment or vehicles. Art. 6(1a)–(1c) narrow "
                "what counts as a safety component.",
            ),
            "Art. 6(1)(a)",
            ("Yes: the next question decides.", "No: this road to high risk is closed."),
            IN_SCOPE,
        ),
        Ask(
            yes_no(
                "third_party",
                "Third-party assessment",
                "Does that product need a conformity assessment by a third party?",
                "A notified body, under the law of Annex I.",
            ),
            "Art. 6(1)(b)",
            ("Yes: high risk; Chapter III applies from 2 August 2028.", "No: this road to high risk is closed."),
            (*IN_SCOPE, (("annex_i", ("yes",)),)),
        ),
    ),
)

ANNEX_III = Part(
    "annex_iii",
    "Areas of high risk",
    "Eight areas in which systems are high-risk, from 2 December 2027 on.",
    (
        *(_area(area) for area in AREAS),
        Ask(
            yes_no(
                "profiling",
                "Profiling",
                "Does it profile natural persons?",
                "It evaluates aspects of a person automatically: work, money, health, preferences, behaviour, place.",
            ),
            "Art. 6(3), third subparagraph",
            ("Yes: high risk whatever the next answer is.", "No: the next answer decides."),
            (*IN_SCOPE, IN_ANNEX_III),
        ),
        Ask(
            tick(
                "derogation",
                "Derogation claimed",
                "Do you claim that it poses no significant risk, because it does only one of these?",
                ("narrow", "(a) A narrow procedural task"),
                ("improves", "(b) Improves the result of human work that was finished before"),
                (
                    "patterns",
                    "(c) Detects patterns in decisions, and neither replaces nor influences a person's assessment",
                ),
                ("preparatory", "(d) A preparatory task to an assessment"),
                (NONE, "No, none is claimed"),
            ),
            "Art. 6(3)",
            (
                "Any: not high-risk, but documented before it is used and registered (Art. 6(4), 49(2)).",
                "None: high risk.",
            ),
            (*IN_SCOPE, IN_ANNEX_III),
        ),
        Ask(
            Field(
                "derogation_reason",
                "Why the derogation holds",
                Kind.LONG_TEXT,
                question="What shows that it poses no significant risk to health, safety or fundamental rights?",
                help="Authorities may ask for this record.",
                example="It sorts incoming letters by language before anybody reads them, and decides nothing else.",
                required=True,
            ),
            "Art. 6(4)",
            (),
            (*IN_SCOPE, IN_ANNEX_III, (("derogation", ("narrow", "improves", "patterns", "preparatory")),)),
        ),
        Ask(
            yes_no(
                "post_remote",
                "Identification afterwards",
                "Does it identify people from recordings afterwards, to find somebody suspected or convicted?",
            ),
            "Art. 26(10)",
            ("Yes: each use is authorised and reported.",),
            (*IN_SCOPE, IS_DEPLOYER, (("area_1", ("1a",)),)),
        ),
    ),
)

TRANSPARENCY = Part(
    "transparency",
    "Transparency",
    "Duties to tell people, which come on top of any tier.",
    (
        Ask(
            tick(
                "triggers",
                "Meets or imitates people",
                "Does it do any of these?",
                ("talks", "(1) Interacts with people directly"),
                ("synthetic", "(2) Generates images, sound, video or text"),
                ("emotion", "(3) Recognises emotions or categorises people by biometrics"),
                ("deep_fake", "(4) Produces deep fakes, or text published to inform on matters of public interest"),
                (NONE, "None of these"),
            ),
            "Art. 50(1)–(4)",
            ("Any: at least limited risk; people are told, clearly and at first contact (Art. 50(5)).",),
            IN_SCOPE,
        ),
        Ask(
            yes_no(
                "on_market_before",
                "On the market before",
                "Was it on the market before 2 August 2026?",
                "Decides when generated output has to be marked.",
            ),
            "Art. 111(4)",
            ("Yes: output is marked from 2 December 2026 on.", "No: output is marked from 2 August 2026 on."),
            (*IN_SCOPE, (("triggers", ("synthetic",)),)),
        ),
    ),
)

GENERAL_PURPOSE = Part(
    "gpai",
    "General-purpose models",
    "Whether you provide a model that others build upon.",
    (
        Ask(
            pick(
                "gpai",
                "General-purpose model",
                "Do you place a general-purpose AI model on the market?",
                (NONE, "No; using one is not providing one"),
                ("gpai", "Yes"),
                ("systemic", "Yes, and it has systemic risk"),
            ),
            "Art. 3(63), 51, 53, 55",
            (
                "Yes: documentation, information for those who build on it, a copyright policy and a public summary.",
                "With systemic risk: evaluation, mitigation, incident reports and security as well; treated as high risk here.",
            ),
            IN_SCOPE,
        ),
        Ask(
            yes_no("gpai_before", "Model on the market before", "Was the model on the market before 2 August 2025?"),
            "Art. 111(3)",
            ("Yes: the duties apply from 2 August 2027 on.", "No: they have applied since 2 August 2025."),
            (*IN_SCOPE, (("gpai", ("gpai", "systemic")),)),
        ),
    ),
)
