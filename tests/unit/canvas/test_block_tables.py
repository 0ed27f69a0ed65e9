"""The tables against a list of required fields written down independently of them."""

import pytest

from canvas.blocks import BLOCKS, Kind, Phase, get_block
from canvas.blocks.shape import CELL_KINDS

# What has to be answered before a block counts as done, from the description of the canvas.
REQUIRED = {
    1: "target_customer need product_or_service product_category benefit problem_statement importance persona "
    "affected_groups intended_purpose out_of_scope_uses foreseeable_misuse current_process business_kpi_links sponsor",
    2: "sources",
    3: "family task entity input output complexity_limit heuristic_baseline",
    4: "features",
    5: "primary_metric thresholds error_costs baseline validation_scheme test_dataset_rule slices fairness "
    "robustness_tests latency_target",
    6: "decision automation_level decision_threshold user_interface explanation_shown override_path "
    "legal_or_similar_effect solely_automated",
    7: "collection_process label_source labelling_method labeller_role feedback_loop_risk",
    8: "retrain_mode triggers compute_target frameworks reproducibility_needs approval_path stack_change_plan "
    "scaling_plan retirement_condition",
    9: "live_metrics drift_tests data_quality_checks latency_and_throughput business_metric_links alert_owner "
    "response_time rollback_target logging",
    10: "non_ml_alternatives disqualifiers decision reasons deciders decided_on evidence_links",
}

REQUIRED_PARTS = {
    (1, "importance"): "size unit source",
    (1, "persona"): "name goals pains skills",
    (2, "sources"): "name type owner origin collection_period refresh licence_or_terms personal_data access_status",
    (3, "output"): "type unit classes",
    (3, "complexity_limit"): "latency size explainability",
    (4, "features"): "name source_fields transformation expert_consulted data_type scale available_at_prediction "
    "leakage_check sensitive_or_proxy",
    (5, "fairness"): "metric tolerance",
    (9, "live_metrics"): "metric threshold window delay",
    (9, "business_metric_links"): "model_metric business_metric expected_sign",
    (9, "logging"): "what retention",
    (10, "non_ml_alternatives"): "name expected_value cost",
    (10, "disqualifiers"): "disqualifier applies reason",
    (10, "deciders"): "role name",
}

# What a block may hold beyond that. `left_out`, `dropped` and `stop_reasons` are ours: each answers one of the questions
# that the description asks about the block; `serving_mode` and `serving_limits` hold the serving facts.
OPTIONAL = {
    1: "stop_reasons",
    2: "left_out",
    3: "horizon wait_until_outcome positive_class_meaning",
    4: "dropped",
    5: "further_metrics sample_size_reason",
    6: "serving_mode serving_limits affected_party_notice appeal_path",
    7: "guideline_version agreement_target holdout_policy consent_and_notice rate sampling",
    8: "cadence training_time_limit",
    9: "",
    10: "revisit_on conditions",
}

OPTIONAL_PARTS = {
    (2, "sources"): "location volume lawful_basis known_quality_issues retention",
    (4, "features"): "owner",
    (5, "thresholds"): "reason",
    (5, "error_costs"): "basis",
    (5, "fairness"): "groups",
    (6, "serving_limits"): "",
    (9, "business_metric_links"): "measured_correlation",
}

DISQUALIFIERS = (
    "no_measurable_goal no_legal_basis prohibited_practice too_little_or_poor_data outcome_never_observed "
    "error_cost_above_tolerance no_owner_to_act simpler_rule_as_good cannot_be_monitored cost_above_benefit"
)

each_block = pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)


def test_there_are_ten_blocks_with_the_names_and_phases_of_the_poster():
    assert [(block.number, block.title, block.phase) for block in BLOCKS] == [
        (1, "Value proposition", Phase.VALUE),
        (2, "Data sources", Phase.DATA),
        (3, "Prediction task", Phase.MODEL),
        (4, "Feature engineering", Phase.DATA),
        (5, "Offline evaluation", Phase.MODEL),
        (6, "Decisions", Phase.VALUE),
        (7, "Collecting data", Phase.DATA),
        (8, "Building models", Phase.MODEL),
        (9, "Live evaluation and monitoring", Phase.OPERATION),
        (10, "When not to implement AI/ML", Phase.OPERATION),
    ]


@each_block
def test_every_required_field_of_the_canvas_is_required_and_no_other(block):
    assert {field.key for field in block.required_fields} == {*REQUIRED[block.number].split(), "owner"}


@each_block
def test_every_other_field_of_the_canvas_is_there_and_no_other(block):
    optional = {field.key for field in block.fields if not field.required}
    assert optional == {*OPTIONAL[block.number].split(), "assumptions", "open_questions"}


@pytest.mark.parametrize(("number", "key"), OPTIONAL_PARTS)
def test_every_optional_part_of_a_row_or_record_is_there(number, key):
    field = get_block(number).field(key)
    assert {column.key for column in field.columns if not column.required} == set(OPTIONAL_PARTS[number, key].split())


@pytest.mark.parametrize(("number", "key"), REQUIRED_PARTS)
def test_every_required_part_of_a_row_or_record_is_required(number, key):
    field = get_block(number).field(key)
    assert {column.key for column in field.columns if column.required} == set(REQUIRED_PARTS[number, key].split())


def test_block_ten_asks_for_every_disqualifier():
    field = get_block(10).field("disqualifiers")
    assert list(field.must_cover) == DISQUALIFIERS.split()
    assert field.fixed_rows


def test_a_lawful_basis_is_asked_for_when_the_data_are_personal():
    column = get_block(2).field("sources").column("lawful_basis")
    assert column.required_when == ("personal_data", ("personal", "special_category"))


@each_block
def test_every_field_has_a_question_help_and_an_example_in_our_own_words(block):
    for field in block.fields:
        assert field.question.endswith("?"), field.key
        assert field.help, field.key
        assert field.example, field.key
        assert field.label, field.key
    examples = [field.example for field in block.fields if field.example]
    assert len(set(examples)) == len(examples)


@each_block
def test_every_block_says_what_it_is_for_what_is_good_and_what_it_feeds(block):
    assert block.purpose.endswith(".")
    assert len(block.questions) >= 3
    assert all(question.endswith("?") for question in block.questions)
    assert len(block.good_looks_like) >= 3
    assert block.feeds


@each_block
def test_keys_are_unique_and_names_of_inputs_cannot_collide(block):
    keys = [field.key for field in block.fields]
    assert len(set(keys)) == len(keys)
    for field in block.fields:
        assert field.key.isidentifier()
        columns = [column.key for column in field.columns]
        assert len(set(columns)) == len(columns)


@each_block
def test_each_kind_has_what_it_needs(block):
    for field in block.fields:
        assert bool(field.choices) == (field.kind in (Kind.CHOICE, Kind.CHOICES)), field.key
        assert bool(field.columns) == (field.kind in (Kind.ROWS, Kind.PARTS)), field.key
        assert bool(field.units) == (field.kind is Kind.NUMBER), field.key
        assert bool(field.noun) == (field.kind is Kind.ROWS), field.key
        for column in field.columns:
            assert column.kind in CELL_KINDS
            assert bool(column.choices) == (column.kind is Kind.CHOICE), column.key


@each_block
def test_rules_between_fields_name_fields_and_values_that_exist(block):
    for field in block.fields:
        if field.required_when:
            key, values = field.required_when
            assert set(values) <= {choice.value for choice in block.field(key).choices}
        if field.depends_on:
            groups = {choice.group for choice in field.choices}
            assert groups == {choice.value for choice in block.field(field.depends_on).choices}
        if field.must_cover:
            assert set(field.must_cover) <= {choice.value for choice in field.columns[0].choices}
        for key in (*field.board_columns, *([field.unique] if field.unique else [])):
            assert field.column(key)
    assert not block.claim or block.claim == "value_statement" or block.field(block.claim)


@each_block
def test_a_full_form_stays_below_the_number_of_inputs_a_request_may_have(block):
    inputs = sum(len(field.columns) * field.max_rows if field.kind is Kind.ROWS else 5 for field in block.fields)
    assert inputs < 1000


def test_serving_facts_are_sub_fields_of_the_block_on_decisions():
    assert [column.key for column in get_block(6).field("serving_limits").columns] == ["time_limit", "volume"]
    assert {"batch", "on_request"} <= {choice.value for choice in get_block(6).field("serving_mode").choices}


def test_an_unknown_block_number_is_an_error():
    with pytest.raises(KeyError):
        get_block(11)
