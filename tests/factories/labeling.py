import io

import factory
from django.utils import timezone

from data import storage
from data.models import DisputedRow, LabelAgreement, LabelAudit, LabelSample
from tests.factories.data import DatasetFactory, LabelingMethodFactory

TABLE = b"case,ana,ben,cai\n1,yes,yes,yes\n2,no,no,yes\n3,yes,no,no\n4,no,no,no\n5,yes,yes,\n"
FIGURE = {"name": "Krippendorff's alpha, nominal", "method": "bootstrap", "n": 5, "reason": ""}


class LabelAgreementFactory(factory.django.DjangoModelFactory[LabelAgreement]):
    """A measured agreement of three labelers on five rows."""

    class Meta:
        model = LabelAgreement
        exclude = ("stored",)

    stored = factory.LazyFunction(lambda: storage.store(io.BytesIO(TABLE), limit=2**20))
    method = factory.SubFactory(LabelingMethodFactory)
    project = factory.SelfAttribute("method.project")
    number = factory.Sequence(lambda n: n + 1)
    file_name = "labels.csv"
    sha256 = factory.LazyAttribute(lambda agreement: agreement.stored.sha256)
    scale = LabelAgreement.Scale.NOMINAL
    key_column = "case"
    labelers = ("ana", "ben", "cai")
    labels = ("no", "yes")
    rows = 5
    disputed = 2
    options = factory.LazyFunction(
        lambda: {
            "layout": "wide", "key_column": "case", "labelers": ["ana", "ben", "cai"], "labeler_column": "",
            "label_column": "", "scale": "nominal", "order": [], "is_folded": False, "file_format": "csv", "seed": 1,
        }
    )  # fmt: skip
    results = factory.LazyFunction(
        lambda: {
            "alpha": [FIGURE | {"value": 0.4, "lower": 0.1, "upper": 0.8}],
            "fleiss": FIGURE | {"name": "Fleiss' kappa", "value": None, "lower": None, "upper": None},
            "pairs": [], "percent": 0.6, "unanimous": 3, "compared": 5, "by_label": [], "labelers": [], "notes": [],
            "listed": 2,
        }
    )  # fmt: skip
    measured_by = factory.SelfAttribute("method.created_by")


class DisputedRowFactory(factory.django.DjangoModelFactory[DisputedRow]):
    """A row that nobody decided yet."""

    class Meta:
        model = DisputedRow

    agreement = factory.SubFactory(LabelAgreementFactory)
    row_key = factory.Sequence(lambda n: str(n + 2))
    labels = factory.LazyFunction(lambda: {"ana": "yes", "ben": "no", "cai": "no"})


class LabelSampleFactory(factory.django.DjangoModelFactory[LabelSample]):
    """Ten rows of a snapshot, drawn for an audit."""

    class Meta:
        model = LabelSample

    method = factory.SubFactory(LabelingMethodFactory)
    project = factory.SelfAttribute("method.project")
    dataset = factory.SubFactory(DatasetFactory, project=factory.SelfAttribute("..method.project"))
    size = 10
    population = 60
    seed = 7
    drawn_by = factory.SelfAttribute("method.created_by")


class LabelAuditFactory(factory.django.DjangoModelFactory[LabelAudit]):
    """An audit that found 2 of 100 labels wrong."""

    class Meta:
        model = LabelAudit

    method = factory.SubFactory(LabelingMethodFactory)
    project = factory.SelfAttribute("method.project")
    sample_size = 100
    errors = 2
    drawn = "At random"
    rate = 0.02
    lower = 0.0055
    upper = 0.07
    audited_on = factory.LazyFunction(timezone.localdate)
    recorded_by = factory.SelfAttribute("method.created_by")
