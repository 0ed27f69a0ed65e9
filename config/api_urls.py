from django.urls import path

from config.api import UnknownAddress

# The last below the API, because it takes everything that is left.
urlpatterns = [path("<path:rest>", UnknownAddress.as_view(), name="api-unknown")]
