from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from canvas.access import get_project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.forms.references import ReferenceForm
from data.models import Dataset
from data.roots import OutsideRoots
from data.services import references
from data.views.requests import sent


@require_http_methods(["GET", "POST"])
def dataset_refer(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a snapshot by its address."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    initial = {"name": request.GET.get("name", ""), "split_role": Dataset.SplitRole.TRAIN}
    form = ReferenceForm(sent(request), project=project, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            dataset = references.refer(project, by=user, **form.cleaned_data)
        except references.BadReference as reason:
            form.add_error(reason.where, str(reason))
        except OutsideRoots as reason:
            form.add_error("uri", str(reason))
        except references.AlreadyReferred as reason:
            form.add_error("uri", str(reason))
            status = 409
        else:
            said = "is recorded as declared." if dataset.is_declared else "is recorded. A worker reads it now."
            messages.success(request, f"{dataset} {said}")
            return redirect(dataset)
    if form.errors and status == 200:
        status = 422
    return render(request, "data/dataset_refer.html", {"project": project, "form": form}, status=status)
