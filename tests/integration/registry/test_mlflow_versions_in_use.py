"""What a script registered through MLflow goes on to be: evaluated in the sandbox, and written about."""

import pytest

from accounts.models import User
from canvas.models import Project
from evaluation.models import EvaluationJob
from jobs.models import Job
from registry.models import ModelVersion
from registry.services import models, registrations, sources
from registry.services.registrations import Registration
from tests.factories.docsgen import issued_document
from tests.factories.evaluation import cases, evaluated, skops_of, snapshot
from tests.factories.logged_models import a_logged_model, a_run, folder
from tests.factories.registry import the_stages

pytestmark = pytest.mark.django_db


def registered(project: Project, by: User, content: bytes) -> ModelVersion:
    the_stages()
    run = a_run(project, created_by=by)
    run.params.create(key="C", value="1.0")
    logged = a_logged_model(project, folder(**{"model.skops": content}), run=run, created_by=by)
    model = models.register_model(project, name="Triage 100 %", by=by)
    asked = Registration(source=sources.find(project, f"models:/{logged.model_id}"))
    return registrations.register(model, asked, by=by)


def test_it_is_evaluated_in_the_sandbox(project: Project, contributor: User) -> None:
    version = registered(project, contributor, skops_of("binary"))
    evaluation: EvaluationJob = evaluated(version, dataset=snapshot(project, cases()))
    assert evaluation.job.error == ""
    assert evaluation.job.state == Job.State.SUCCEEDED
    assert evaluation.metrics.filter(metric="roc_auc", subject="model").exists()


def test_a_document_is_written_about_it(project: Project, contributor: User) -> None:
    version = registered(project, contributor, skops_of("binary"))
    document = issued_document(version)
    assert (document.job.error, document.job.state) == ("", Job.State.SUCCEEDED)
