"""The addresses of runs, experiments and choices by REST."""

from django.urls import path

from registry.api import runs, selections

PROJECT = "projects/<slug:slug>/"
RUN = PROJECT + "runs/<slug:run_id>/"

urlpatterns = [
    path(PROJECT + "runs/", runs.RunList.as_view(), name="run-list"),
    path(RUN, runs.RunDetail.as_view(), name="run-detail"),
    path(PROJECT + "selections/", selections.SelectionList.as_view(), name="selection-list"),
    path(PROJECT + "selections/<int:selection_id>/", selections.SelectionDetail.as_view(), name="selection-detail"),
]
