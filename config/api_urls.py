from django.urls import re_path

from config.api import UnknownAddress

# The last below the API, because it takes everything that is left.
urlpatterns = [re_path(r"^(?P<rest>[\s\S]*)\Z", UnknownAddress.as_view(), name="api-unknown")]
