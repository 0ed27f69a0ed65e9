from django.urls import path, register_converter

from docsgen import views
from docsgen.poster import views as poster


class FileForm:
    """The forms a document can be downloaded in."""

    regex = "pdf|html|json"

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    to_url = to_python


register_converter(FileForm, "document_form")

app_name = "docsgen"
urlpatterns = [
    path("p/<slug:slug>/documents/", views.document_list, name="document-list"),
    path("p/<slug:slug>/documents/<int:number>/", views.document_detail, name="document-detail"),
    path("p/<slug:slug>/documents/<int:number>.<document_form:form>", views.document_file, name="document-file"),
    path("p/<slug:slug>/canvas/poster/", poster.poster, name="poster"),
    path("p/<slug:slug>/canvas/poster.pdf", poster.poster_file, name="poster-file"),
]
