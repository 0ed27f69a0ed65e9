from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data import storage
from data.adjudication import adjudicated_lines
from data.agreement.words import reading
from data.agreement_target import judged, target_of
from data.forms.agreements import DecisionForm, LabelTableForm, LayoutForm, choice_of
from data.label_codes import BadLabels
from data.label_tables import recognise
from data.models import DisputedRow, LabelAgreement, LabelingMethod
from data.services import agreements
from data.services.agreements import LabelFile
from data.uploads import sent_name
from data.views.requests import sent

PER_PAGE = 50
SALT = "label-table"
A_DAY = 24 * 3600
STATES = {"open": Q(decided_at=None), "decided": Q(decided_at__isnull=False)}


@require_http_methods(["GET", "POST"])
def agreement_create(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """Upload a table of several people's labels; how it is read is chosen on the next page."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    method = get_object_or_404(LabelingMethod.objects.select_related("project"), project=project, pk=method_id)
    form = LabelTableForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            stored = agreements.receive_labels(file, file_name=sent_name(file))
        except BadLabels as reason:
            form.add_error("file", str(reason))
        else:
            url = reverse("data:agreement-layout", args=[slug, method.pk])
            return redirect(f"{url}?table={_sealed(project, user, stored)}")
    context = {"project": project, "method": method, "form": form}
    return render(request, "data/agreement_upload.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def agreement_layout(request: HttpRequest, slug: str, method_id: int) -> HttpResponse:
    """Say how the uploaded table is to be read, and measure."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    method = get_object_or_404(LabelingMethod.objects.select_related("project"), project=project, pk=method_id)
    seal = (request.POST if request.method == "POST" else request.GET).get("table", "")
    file = _unsealed(project, user, seal)
    if file is None:
        messages.error(request, "The uploaded table is no longer at hand. Upload it again.")
        return redirect("data:agreement-create", slug, method.pk)
    with storage.local_path(file.sha256) as path:
        seen = recognise(path, file.file_format)
    initial = LayoutForm.from_layout(seen.layout) | {"table": seal}
    form = LayoutForm(sent(request), columns=seen.columns, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            agreement = agreements.measure_agreement(method, file=file, layout=form.as_layout(), by=user)
        except BadLabels as reason:
            form.add_error(reason.field if reason.field in form.fields else None, str(reason))
        else:
            return redirect(agreement)
    context = {"project": project, "method": method, "form": form, "file": file, "seen": seen}
    return render(request, "data/agreement_layout.html", context, status=422 if form.errors else 200)


@require_safe
def agreement_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What was measured, in figures and words."""
    project = get_project(signed_in(request), slug)
    agreement = _agreement(project, number)
    results = agreement.results
    rows = agreement.disputed_rows
    context: dict[str, Any] = {"project": project, "agreement": agreement, "job": agreement.job, "results": results}
    if results:
        pairs = results["pairs"]
        chosen = _chosen_pair(pairs, request.GET.get("pair", ""))
        context |= {
            "figures": [(figure, reading(figure)) for figure in (*results["alpha"], results["fleiss"])],
            "verdict": judged(agreement, target_of(project)),
            "pair": pairs[chosen] if pairs else None,
            "chosen": chosen,
            "matrix": _matrix(agreement, pairs[chosen]) if pairs else [],
            "decided": rows.filter(decided_at__isnull=False).count(),
            "listed": results["listed"],
            "next_row": rows.filter(decided_at=None).first(),
            "most_labels": 40,
        }
    return render(request, "data/agreement_detail.html", context)


@require_safe
def disputed_list(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The rows on which labelers differ, those to decide first."""
    project = get_project(signed_in(request), slug)
    agreement = _agreement(project, number)
    state = request.GET.get("state", "")
    listed = agreement.disputed_rows.filter(STATES.get(state, Q())).select_related("decided_by")
    if sought := request.GET.get("q", "").replace("\0", "").strip()[:300]:
        listed = listed.filter(row_key__icontains=sought)
    counts = {key: agreement.disputed_rows.filter(query).count() for key, query in STATES.items()}
    context = {
        "project": project,
        "agreement": agreement,
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "sought": sought,
        "counts": counts | {"all": sum(counts.values())},
        "next_row": agreement.disputed_rows.filter(decided_at=None).first(),
    }
    return render(request, "data/agreement_rows.html", context)


@require_http_methods(["GET", "POST"])
def disputed_decide(request: HttpRequest, slug: str, number: int, row_id: int) -> HttpResponse:
    """Decide one disputed row, then go on to the next."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    agreement = _agreement(project, number)
    row = get_object_or_404(agreement.disputed_rows.select_related("decided_by"), pk=row_id)
    initial = {
        "label": choice_of(row, agreement.labels),
        "reason": row.reason,
        "based_on": agreements.decision_mark(row),
    }
    form = DecisionForm(sent(request), row=row, labels=agreement.labels, initial=initial)
    context: dict[str, Any] = {"project": project, "agreement": agreement, "row": row, "form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            agreements.decide_row(row, label=form.chosen(), reason=said["reason"], based_on=said["based_on"], by=user)
        except agreements.NotDecidable as reason:
            form.add_error(reason.field, str(reason))
        except agreements.StaleDecision as reason:
            context |= {"conflict": reason, "based_on": agreements.decision_mark(reason.latest), "row": reason.latest}
            status = 409
        else:
            messages.success(request, f"The row {row.row_key} is decided.")
            return _onwards(agreement, row)
    if form.errors:
        status = 422
    rows = agreement.disputed_rows
    context |= {
        "decided": rows.filter(decided_at__isnull=False).count(),
        "total": rows.count(),
        "before": rows.filter(pk__lt=row.pk).order_by("-pk").first(),
        "after": rows.filter(pk__gt=row.pk).first(),
    }
    return render(request, "data/agreement_decide.html", context, status=status)


@require_safe
def adjudicated(request: HttpRequest, slug: str, number: int) -> StreamingHttpResponse:
    """Every row with the label it got in the end, as CSV."""
    agreement = _agreement(get_project(signed_in(request), slug), number)
    return csv_of(adjudicated_lines_or_404(agreement), f"labels-{agreement.project.slug}-{agreement.number}.csv")


def adjudicated_lines_or_404(agreement: LabelAgreement) -> Iterator[str]:
    """The lines of the export, or Http404 where nothing was measured or the file is gone."""
    if not agreement.results:
        raise Http404("Nothing was measured yet.")
    try:
        return adjudicated_lines(agreement)
    except storage.Missing as error:
        raise Http404(str(error)) from error


def csv_of(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """Lines of CSV as a download."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _agreement(project: Project, number: int) -> LabelAgreement:
    found: QuerySet[LabelAgreement] = LabelAgreement.objects.select_related(
        "project", "method__project", "measured_by", "job__requested_by", "job__project"
    )
    return get_object_or_404(found, project=project, number=number)


def _onwards(agreement: LabelAgreement, row: DisputedRow) -> HttpResponse:
    undecided = agreement.disputed_rows.filter(decided_at=None)
    following = undecided.filter(pk__gt=row.pk).first() or undecided.first()
    if following is None:
        return redirect("data:disputed-list", agreement.project.slug, agreement.number)
    return redirect("data:disputed-decide", agreement.project.slug, agreement.number, following.pk)


def _chosen_pair(pairs: list[dict[str, Any]], asked: str) -> int:
    """The pair whose labels are shown side by side: the one asked for, else the one that agrees least."""
    if asked.isdecimal() and int(asked) < len(pairs):
        return int(asked)
    kappas = [pair["kappas"][0]["value"] for pair in pairs]
    known = [at for at, value in enumerate(kappas) if value is not None]
    return min(known, key=lambda at: kappas[at], default=0)


def _matrix(agreement: LabelAgreement, pair: dict[str, Any]) -> list[tuple[str, list[tuple[int, bool]], int]]:
    """Each label of the first labeler with how often the second gave each label; True on the diagonal."""
    return [
        (label, [(count, at == column) for column, count in enumerate(counts)], sum(counts))
        for at, (label, counts) in enumerate(zip(agreement.labels, pair["table"] or [], strict=False))
    ]


def _sealed(project: Project, user: User, file: LabelFile) -> str:
    # The page between upload and measuring carries what was uploaded; the seal keeps anybody from naming other files.
    said = [project.pk, user.pk, file.file_name, file.sha256, file.file_format, file.rows]
    return signing.dumps(said, salt=SALT, compress=True)


def _unsealed(project: Project, user: User, seal: str) -> LabelFile | None:
    try:
        project_id, user_id, name, sha256, file_format, rows = signing.loads(seal, salt=SALT, max_age=A_DAY)
    except (signing.BadSignature, ValueError):
        return None
    if (project_id, user_id) != (project.pk, user.pk) or not storage.exists(sha256):
        return None
    return LabelFile(name, sha256, file_format, rows)
