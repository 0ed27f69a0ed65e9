from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from registry.run_table import export, page
from registry.run_table.columns import KINDS, Column
from registry.run_table.filters import RunFilterForm
from registry.run_table.ordering import ordered

REMEMBERED = "run_columns"
COLUMNS = (page.CHOSEN, page.COLUMN, "another", "page")


@require_safe
def run_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The runs as a table of chosen columns; while one of them is going, the table asks for itself again."""
    project = get_project(request.user, slug)
    # What is ticked while the table renews itself is no part of its address.
    ticked = request.GET.getlist("run")
    request.GET = _without(request.GET, "run")  # type: ignore[assignment]  # the stubs want Django's own immutable one
    form = _questions(request, project)
    table = page.table(form, request.GET, _columns(request, project))
    address = page.Address(request.GET)
    shared = address.having(columns="1", column=[column.name for column in table.columns])
    context = {
        "project": project,
        "form": form,
        "table": table,
        "page": table.page,
        "kinds": [(label, table.offered[kind]) for kind, label in KINDS.items()],
        "ticked": ticked,
        "opened": request.GET.getlist(page.OPENED),
        "address": address,
        "here": address.having(),
        "shared": shared,
        "shared_url": request.build_absolute_uri(f"{request.path}{shared}"),
        "kept": [(key, value) for key, values in _without(request.GET, *COLUMNS).lists() for value in values],
        "is_filtered": form.narrows or form.cleaned_data.get("experiment") or form.cleaned_data.get("shown"),
        "tab": "models",
    }
    name = "registry/_run_table.html" if _is_fragment(request) else "registry/run_list.html"
    return render(request, name, context)


@require_safe
def run_export(request: AuthenticatedRequest, slug: str) -> StreamingHttpResponse:
    """All runs that the table lists, with its columns, as CSV."""
    project = get_project(request.user, slug)
    form = _questions(request, project)
    columns = _columns(request, project)
    if columns is None:
        columns = page.table(form, request.GET, None).columns
    pks = list(ordered(form.runs(), request.GET.get(page.SORT, ""))[: export.MOST_ROWS])
    response = StreamingHttpResponse(export.csv_lines(pks, columns), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{project.slug}-runs.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _questions(request: AuthenticatedRequest, project: Project) -> RunFilterForm:
    form = RunFilterForm(request.GET, project=project)
    form.is_valid()  # what could not be understood is said beside its field, and the rest still asks
    return form


def _columns(request: AuthenticatedRequest, project: Project) -> list[Column] | None:
    """The columns that the address asks for, which are remembered for this person, else the remembered ones."""
    remembered = request.session.get(REMEMBERED, {})
    columns = page.columns_of(project, request.GET, remembered)
    names = None if columns is None else [column.name for column in columns]
    if names is not None and remembered.get(str(project.pk)) != names:
        request.session[REMEMBERED] = remembered | {str(project.pk): names}
    return columns


def _is_fragment(request: AuthenticatedRequest) -> bool:
    return bool(request.htmx) and not request.htmx.history_restore_request


def _without(query: QueryDict, *keys: str) -> QueryDict:
    kept = query.copy()
    for key in keys:
        kept.pop(key, None)
    return kept
