from typing import Any

from canvas.models import Project
from tests.factories.data import LabelingMethodFactory
from tests.factories.labeling import DisputedRowFactory, LabelAgreementFactory, LabelSampleFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_method(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "method_id": LabelingMethodFactory(project=project).pk}


def two_methods(project: Project) -> dict[str, Any]:
    first = LabelingMethodFactory(project=project)
    second = LabelingMethodFactory(project=project, name=first.name, number=2)
    return {"slug": project.slug, "method_id": second.pk, "other_id": first.pk}


def an_agreement(project: Project) -> dict[str, Any]:
    agreement = LabelAgreementFactory(method=LabelingMethodFactory(project=project))
    return {"slug": project.slug, "number": agreement.number}


def a_disputed_row(project: Project) -> dict[str, Any]:
    said = an_agreement(project)
    row = DisputedRowFactory(agreement=project.label_agreements.get(number=said["number"]))
    return said | {"row_id": row.pk}


def a_sample(project: Project) -> dict[str, Any]:
    sample = LabelSampleFactory(method=LabelingMethodFactory(project=project))
    return {"slug": project.slug, "sample_id": sample.pk}


SEEN = everyone_inside()
FORM = {"get": inside(*WRITERS), "post": inside(*WRITERS, ok=422)}

TABLE = {
    # The method of the factory has no guideline file.
    "data:labeling-guideline": Row(prepare=a_method, get=everyone_inside(404)),
    "data:labeling-compare": Row(prepare=two_methods, get=SEEN),
    "data:agreement-create": Row(prepare=a_method, **FORM),
    # Without an uploaded table it leads back to the upload.
    "data:agreement-layout": Row(prepare=a_method, get=inside(*WRITERS, ok=302), post=inside(*WRITERS, ok=302)),
    "data:agreement-detail": Row(prepare=an_agreement, get=SEEN),
    "data:disputed-list": Row(prepare=an_agreement, get=SEEN),
    "data:disputed-decide": Row(prepare=a_disputed_row, **FORM),
    "data:adjudicated": Row(prepare=an_agreement, get=SEEN),
    "data:audit-create": Row(prepare=a_method, **FORM),
    "data:sample-create": Row(prepare=a_method, **FORM),
    "data:sample-detail": Row(prepare=a_sample, get=SEEN, post=inside(*WRITERS, ok=422)),
    "data:sample-sheet": Row(prepare=a_sample, get=SEEN),
    "data-api:method-guideline": Row(prepare=a_method, get=everyone_inside(404), api=True),
    "data-api:agreement-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=415), api=True),
    "data-api:agreement-detail": Row(prepare=an_agreement, get=SEEN, api=True),
    "data-api:agreement-labels": Row(prepare=an_agreement, get=SEEN, api=True),
    "data-api:disputed-list": Row(prepare=an_agreement, get=SEEN, api=True),
    "data-api:disputed-detail": Row(prepare=a_disputed_row, get=SEEN, put=inside(*WRITERS, ok=400), api=True),
    "data-api:audit-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:sample-size": Row(prepare=a_project, get=everyone_inside(400), api=True),
    "data-api:sample-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:sample-sheet": Row(prepare=a_sample, get=SEEN, post=inside(*WRITERS, ok=415), api=True),
}
