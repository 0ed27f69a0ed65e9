from registry.models.promotions import Check, PromotionRequest, Stage, StageAssignment, Vote
from registry.models.runs import Experiment, Run, RunMetric, RunParam, TrainingEnvironment
from registry.models.versions import Alias, ModelVersion, RegisteredModel, VersionDataset

__all__ = [
    "Alias",
    "Check",
    "Experiment",
    "ModelVersion",
    "PromotionRequest",
    "RegisteredModel",
    "Run",
    "RunMetric",
    "RunParam",
    "Stage",
    "StageAssignment",
    "TrainingEnvironment",
    "VersionDataset",
    "Vote",
]
