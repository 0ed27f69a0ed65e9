from django.urls import path

from docsgen import api
from docsgen.poster import api as poster

app_name = "docsgen-api"
urlpatterns = [
    path("projects/<slug:slug>/documents/", api.DocumentList.as_view(), name="document-list"),
    path("projects/<slug:slug>/documents/<int:number>/", api.DocumentDetail.as_view(), name="document-detail"),
    path(
        "projects/<slug:slug>/documents/<int:number>/file.<str:form>", api.DocumentFile.as_view(), name="document-file"
    ),
    path("projects/<slug:slug>/poster/", poster.PosterDetail.as_view(), name="poster"),
    path("projects/<slug:slug>/poster/file.pdf", poster.PosterFile.as_view(), name="poster-file"),
]
