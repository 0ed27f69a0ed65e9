"""Steps in words and as a drawing: what is expected here was written by hand."""

from xml.etree import ElementTree

from drawing.vega import C1, INK, MUTED
from registry.outlining import diagram, text
from registry.outlining.described import describe
from registry.outlining.examples import rows_of
from registry.outlining.steps import MOST_STEPS, Outline, Role, Step

COLUMNS = Step(
    "prepare",
    "sklearn.compose._column_transformer.ColumnTransformer",
    {"n_jobs": "None"},
    chosen=(),
    steps=(
        Step(
            "numbers", "sklearn.pipeline.Pipeline", columns=("age", "bmi"), role=Role.BRANCH,
            steps=(
                Step("fill", "SimpleImputer", {"strategy": "'median'", "copy": "True"}, chosen=("strategy",)),
                Step("scale", "StandardScaler"),
            ),
        ),
        Step("words", "OneHotEncoder", columns=("sex",), role=Role.BRANCH),
        Step("kept", "passthrough", columns=("site",), role=Role.BRANCH),
        Step("remainder", "drop", columns=("id",), role=Role.BRANCH),
    ),
)  # fmt: skip
FOREST = Step(
    "classify", "sklearn.ensemble._forest.RandomForestClassifier",
    {"n_estimators": "300", "a": "1", "b": "2", "c": "3", "d": "4", "e": "5"},
    chosen=("n_estimators",), learned={"trees": "300"},
)  # fmt: skip
PIPELINE = Outline(
    (Step("model", "sklearn.pipeline.Pipeline", steps=(COLUMNS, FOREST)),),
    inputs=("age", "bmi", "sex"),
    classes=("0", "1"),
)


PIPELINE_IN_WORDS = """\
1. Take the columns age, bmi, sex.
2. Split the columns, treat each part by itself, and put the results side by side (ColumnTransformer). \
By default: n_jobs = None.
   2.1 For the columns age, bmi:
      2.1.1 Fill gaps with a fixed value for each column (SimpleImputer). Set: strategy = 'median'. By default: copy = True.
      2.1.2 Standardise each column by its mean and deviation in training (StandardScaler).
   2.2 For the column sex: turn each category into a column of 0 and 1 (OneHotEncoder).
   2.3 Keep the column site as it is.
   2.4 Leave out the column id.
3. Ask many decision trees, each grown on its own draw of the rows, and average their answers (RandomForestClassifier). \
Set: n_estimators = 300. By default: a = 1, b = 2, c = 3, d = 4 and 1 more. Learned: trees 300.
4. Answer one of these classes: 0, 1."""


def test_a_pipeline_is_told_step_by_step_with_what_was_set_first() -> None:
    assert text.write(PIPELINE) == PIPELINE_IN_WORDS


def test_a_stack_names_its_members_and_the_final_model() -> None:
    stack = Step(
        "model", "StackingClassifier",
        steps=(
            Step("lr", "LogisticRegression", role=Role.MEMBER),
            Step("nearest", "Pipeline", role=Role.MEMBER, steps=(Step("s", "StandardScaler"), Step("k", "KNeighborsClassifier"))),
            Step("final estimator", "LogisticRegression", role=Role.FINAL),
        ),
    )  # fmt: skip
    nearest = (
        "Find the most similar rows of training, and answer the class that most of them have (KNeighborsClassifier)."
    )
    weigh = "weigh and add the columns, and turn the sum into probabilities of the classes (LogisticRegression)."
    assert text.write(Outline((stack,))) == "\n".join(
        [
            "1. Ask each of these models, and give their answers to a final one (StackingClassifier):",
            f"   1.1 Ask lr: {weigh}",
            "   1.2 Ask nearest:",
            "      1.2.1 Standardise each column by its mean and deviation in training (StandardScaler).",
            f"      1.2.2 {nearest}",
            f"   1.3 Give their answers to the model: {weigh}",
        ]
    )


def test_what_is_not_known_is_named_and_nothing_more() -> None:
    outline = Outline((Step("model", "ours.Secret"),), input_count=4)
    assert text.write(outline).splitlines() == [
        "1. Take 4 columns in the order of training; their names are not kept.",
        "2. Apply Secret.",
    ]


def test_what_a_model_tells_is_bounded_and_cleaned() -> None:
    deep: dict[str, object] = {"name": "x", "class": "A", "steps": []}
    for _ in range(40):
        deep = {"name": "x", "class": "A", "steps": [deep]}
    told = {
        "steps": [deep, {"name": "a\x00b\u202ec\n", "class": "<script>" * 200, "parameters": {"f": "<function g at 0x7f01>"}}, 7]
        + [{"name": str(n), "class": "B", "steps": [{"class": "C"}] * 150} for n in range(150)],
        "inputs": "no list", "input_count": -3, "classes": [1, None],
    }  # fmt: skip
    outline = Outline.from_description(told)
    assert outline.count <= MOST_STEPS
    named = outline.steps[1]
    assert named.name == "abc"
    assert len(named.class_name) == 300
    assert named.parameters == {"f": "<function g>"}
    assert (outline.inputs, outline.input_count, outline.classes) == ((), None, ("1", "None"))
    assert Outline.from_json(outline.as_json()) == outline


def test_what_was_learned_is_told_whole_and_a_cut_is_shown() -> None:
    weights = ", ".join(f"fractal_dimension_error_{n} +1.087" for n in range(12)) + ", and 18 smaller ones"
    told = {"steps": [{"name": "x", "class": "A", "learned": {"weights": weights, "rest": "r" * 700}}]}
    [step] = Outline.from_description(told).steps
    assert step.learned["weights"] == weights
    assert step.learned["rest"] == "r" * 599 + "…"


def test_a_drawing_is_stable_well_formed_and_says_what_it_shows() -> None:
    hostile = Outline((Step('"><script>alert(1)</script>', '</svg>&"', {"k": "<b>"}, chosen=("k",)),), inputs=("a<b",))
    for outline in (PIPELINE, hostile, Outline(())):
        for width in (diagram.WIDE, diagram.NARROW):
            drawn = diagram.draw(outline, width=width)
            assert drawn == diagram.draw(outline, width=width)
            root = ElementTree.fromstring(drawn.svg)
            assert root.get("aria-label") == drawn.alt
            assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "rect", "text", "path"}
    assert diagram.draw(PIPELINE).alt == (
        "Boxes from top to bottom: Input, then ColumnTransformer, then RandomForestClassifier, then Answer. "
        "The same steps stand as numbered text."
    )


def test_boxes_stay_inside_the_drawing_and_parallel_ones_stand_side_by_side() -> None:
    root = ElementTree.fromstring(diagram.draw(PIPELINE, width=diagram.WIDE).svg)
    boxes = [
        {key: float(one.get(key, 0)) for key in ("x", "y", "width", "height")}
        for one in root
        if one.tag.endswith("rect")
    ]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= diagram.WIDE for box in boxes)
    branches = [box for box in boxes if box["y"] == boxes[2]["y"]]
    assert len(branches) == 4
    assert {box["height"] for box in branches} == {branches[0]["height"]}


def test_the_drawing_uses_the_colours_that_the_style_sheet_turns_dark() -> None:
    assert (diagram.INK, diagram.MUTED, diagram.C1) == (INK, MUTED, C1)


def test_steps_are_put_together_from_what_autologging_wrote() -> None:
    params = {
        "steps": "[('scale', StandardScaler()), ('clf', LogisticRegression(C=0.5))]", "memory": "None",
        "scale": "StandardScaler()", "clf": "LogisticRegression(C=0.5)", "clf__C": "0.5", "scale__with_mean": "True",
    }  # fmt: skip
    outline = describe(
        class_name="sklearn.pipeline.Pipeline", params=params, flavors={},
        signature={"inputs": [{"name": "age"}, {"name": "bmi"}]},
    )  # fmt: skip
    assert text.write(outline).splitlines() == [
        "1. Take the columns age, bmi.",
        "2. Standardise each column by its mean and deviation in training (StandardScaler). With with_mean = True.",
        "3. Weigh and add the columns, and turn the sum into probabilities of the classes (LogisticRegression). With C = 0.5.",
    ]


def test_example_rows_are_found_however_they_are_written() -> None:
    rows = [{"age": 51, "bmi": 24.5}]
    assert rows_of({"columns": ["age", "bmi"], "data": [[51, 24.5]]}) == rows
    assert rows_of({"dataframe_split": {"columns": ["age", "bmi"], "index": [0], "data": [[51, 24.5]]}}) == rows
    assert rows_of({"age": 51, "bmi": 24.5}) == rows
    assert rows_of({"age": [51], "bmi": [24.5]}) == rows
    assert rows_of(rows * 40) == rows * 5
    assert rows_of([[1, 2], [3, 4]]) == [[1, 2], [3, 4]]
    assert rows_of([1, 2]) == [[1, 2]]
    for nothing in (None, "text", 7, [], {}, [[{"a": 1}]]):
        assert rows_of(nothing) == []
