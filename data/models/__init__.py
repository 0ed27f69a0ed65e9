from data.models.datasets import Dataset, DatasetProfile, RowOverlap
from data.models.features import FeatureDefinition
from data.models.keeping import StorageCheck, StorageUse
from data.models.labeling import DisputedRow, LabelAgreement, LabelAudit, LabelingMethod, LabelSample
from data.models.schemas import DataSchema, SchemaCheck, SchemaField
from data.models.sources import DataSource, QualityCheck

__all__ = [
    "DataSchema",
    "DataSource",
    "Dataset",
    "DatasetProfile",
    "DisputedRow",
    "FeatureDefinition",
    "LabelAgreement",
    "LabelAudit",
    "LabelSample",
    "LabelingMethod",
    "QualityCheck",
    "RowOverlap",
    "SchemaCheck",
    "SchemaField",
    "StorageCheck",
    "StorageUse",
]
