"""The addresses of runs, experiments and choices by REST."""

from django.urls import path

from registry.api import experiments, runs, selections

PROJECT = "projects/<slug:slug>/"
RUN = PROJECT + "runs/<slug:run_id>/"
EXPERIMENT = PROJECT + "experiments/<int:experiment_id>/"

urlpatterns = [
    path(PROJECT + "experiments/", experiments.ExperimentList.as_view(), name="experiment-list"),
    path(EXPERIMENT, experiments.ExperimentDetail.as_view(), name="experiment-detail"),
    path(EXPERIMENT + "restore/", experiments.ExperimentRestore.as_view(), name="experiment-restore"),
    path(PROJECT + "runs/", runs.RunList.as_view(), name="run-list"),
    path(PROJECT + "runs/compare/", runs.RunComparison.as_view(), name="run-compare"),
    path(RUN, runs.RunDetail.as_view(), name="run-detail"),
    path(RUN + "restore/", runs.RunRestore.as_view(), name="run-restore"),
    path(RUN + "history/", runs.RunHistory.as_view(), name="run-history"),
    path(RUN + "artifacts/", runs.RunFileList.as_view(), name="run-file-list"),
    path(RUN + "artifacts/file/", runs.RunFile.as_view(), name="run-file"),
    path(PROJECT + "selections/", selections.SelectionList.as_view(), name="selection-list"),
    path(PROJECT + "selections/<int:selection_id>/", selections.SelectionDetail.as_view(), name="selection-detail"),
]
