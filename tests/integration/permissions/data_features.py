from typing import Any

from canvas.models import Project
from tests.factories.features import FeatureFactory
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside

WRITERS = ("owner", "contributor")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_feature(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "feature_id": FeatureFactory(project=project).pk}


def some_features(project: Project) -> dict[str, Any]:
    FeatureFactory(project=project)
    return {"slug": project.slug}


def a_shared_feature(project: Project) -> dict[str, Any]:
    return {"feature_id": FeatureFactory(project=project, is_shared=True).pk}


SEEN = everyone_inside()
FORM = {"get": inside(*WRITERS), "post": inside(*WRITERS, ok=422)}

TABLE = {
    "data:feature-list": Row(prepare=a_project, get=SEEN),
    "data:feature-detail": Row(prepare=a_feature, get=SEEN),
    "data:feature-create": Row(prepare=a_project, **FORM),
    "data:feature-revise": Row(prepare=a_feature, **FORM),
    "data:feature-import": Row(prepare=a_project, **FORM),
    "data:feature-share": Row(prepare=a_feature, post=inside(*WRITERS, ok=302)),
    "data:feature-retire": Row(prepare=a_feature, post=inside(*WRITERS, ok=302)),
    "data:feature-feast": Row(prepare=some_features, get=SEEN),
    # Sharing means everybody with an account, on purpose.
    "data:catalogue": Row(get=everyone_signed_in()),
    "data:catalogue-feature": Row(prepare=a_shared_feature, get=everyone_signed_in(), post=everyone_signed_in(422)),
    "data-api:feature-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:feature-detail": Row(prepare=a_feature, get=SEEN, patch=inside(*WRITERS, ok=400), api=True),
    "data-api:feature-drafts": Row(prepare=a_project, post=inside(*WRITERS, ok=400), api=True),
    "data-api:feature-reuse": Row(prepare=a_project, post=inside(*WRITERS, ok=400), api=True),
    "data-api:feature-feast": Row(prepare=some_features, get=SEEN, api=True),
    "data-api:catalogue": Row(get=everyone_signed_in(), api=True),
}
