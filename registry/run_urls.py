"""The addresses of runs, of experiments that group them, and of choices among them."""

from django.urls import path

from registry.views import experiments, run_comparison, run_page, runs, selections

RUN = "p/<slug:slug>/runs/<slug:run_id>/"
EXPERIMENT = "p/<slug:slug>/experiments/<int:experiment_id>/"

urlpatterns = [
    path("p/<slug:slug>/experiments/", experiments.experiment_list, name="experiment-list"),
    path(EXPERIMENT + "rename/", experiments.experiment_rename, name="experiment-rename"),
    path(EXPERIMENT + "delete/", experiments.experiment_delete, name="experiment-delete"),
    path(EXPERIMENT + "restore/", experiments.experiment_restore, name="experiment-restore"),
    path("p/<slug:slug>/runs/", runs.run_list, name="run-list"),
    path("p/<slug:slug>/runs.csv", runs.run_export, name="run-export"),
    path("p/<slug:slug>/runs/compare/", run_comparison.compare, name="run-compare"),
    path("p/<slug:slug>/runs/choose/", run_comparison.choose, name="run-choose"),
    path(RUN, run_page.run_detail, name="run-detail"),
    path(RUN + "history.csv", run_page.run_history, name="run-history"),
    path(RUN + "file/", run_page.run_file, name="run-file"),
    path(RUN + "note/", run_page.run_note, name="run-note"),
    path(RUN + "delete/", run_page.run_delete, name="run-delete"),
    path(RUN + "restore/", run_page.run_restore, name="run-restore"),
    path("p/<slug:slug>/selections/", selections.selection_list, name="selection-list"),
    path("p/<slug:slug>/selections/<int:selection_id>/", selections.selection_detail, name="selection-detail"),
]
