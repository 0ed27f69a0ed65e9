from django.urls import URLPattern, URLResolver

app_name = "standing"
urlpatterns: list[URLPattern | URLResolver] = []
