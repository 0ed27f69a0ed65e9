from registry.models.aliases import Alias, AliasMove
from registry.models.artifacts import Artifact
from registry.models.environments import ServingStatement, TrainingEnvironment
from registry.models.exchange import ModelArchive, ModelExport
from registry.models.logged_models import (
    LoggedModel,
    LoggedModelMetric,
    LoggedModelParam,
    LoggedModelTag,
    RunDataset,
    RunModelLink,
)
from registry.models.mlflow_servers import ImportedRecord, MlflowServer, MlflowSync
from registry.models.outlines import ModelOutline, OutlineNote
from registry.models.promotions import Check, PromotionRequest, Stage, StageAssignment, Vote
from registry.models.runs import Experiment, ExperimentTag, LatestMetric, Run, RunMetric, RunParam, RunTag
from registry.models.selections import SelectionRecord
from registry.models.versions import ModelVersion, RegisteredModel, RegisteredModelTag, VersionDataset, VersionTag
from registry.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Alias",
    "AliasMove",
    "Artifact",
    "Check",
    "Experiment",
    "ExperimentTag",
    "ImportedRecord",
    "LatestMetric",
    "LoggedModel",
    "LoggedModelMetric",
    "LoggedModelParam",
    "LoggedModelTag",
    "MlflowServer",
    "MlflowSync",
    "ModelArchive",
    "ModelExport",
    "ModelOutline",
    "ModelVersion",
    "OutlineNote",
    "PromotionRequest",
    "RegisteredModel",
    "RegisteredModelTag",
    "Run",
    "RunDataset",
    "RunMetric",
    "RunModelLink",
    "RunParam",
    "RunTag",
    "SelectionRecord",
    "ServingStatement",
    "Stage",
    "StageAssignment",
    "TrainingEnvironment",
    "VersionDataset",
    "VersionTag",
    "Vote",
    "Webhook",
    "WebhookDelivery",
]
