"""The ten blocks of the canvas as plain tables: a row here gives form, page, diff and document."""

from __future__ import annotations

from canvas.blocks.decisions import DECISIONS, WHEN_NOT
from canvas.blocks.gathering import COLLECTING_DATA, DATA_SOURCES, FEATURE_ENGINEERING
from canvas.blocks.modelling import BUILDING_MODELS, OFFLINE_EVALUATION, PREDICTION_TASK
from canvas.blocks.monitoring import LIVE_EVALUATION
from canvas.blocks.shape import Block, Choice, Column, Field, Kind, Phase
from canvas.blocks.value import VALUE_PROPOSITION

BLOCKS: tuple[Block, ...] = (
    VALUE_PROPOSITION,
    DATA_SOURCES,
    PREDICTION_TASK,
    FEATURE_ENGINEERING,
    OFFLINE_EVALUATION,
    DECISIONS,
    COLLECTING_DATA,
    BUILDING_MODELS,
    LIVE_EVALUATION,
    WHEN_NOT,
)


def get_block(number: int) -> Block:
    """The block with this number from 1 to 10; KeyError for any other number."""
    for block in BLOCKS:
        if block.number == number:
            return block
    raise KeyError(number)


__all__ = ["BLOCKS", "Block", "Choice", "Column", "Field", "Kind", "Phase", "get_block"]
