from django.urls import URLPattern, URLResolver

app_name = "standing-api"
urlpatterns: list[URLPattern | URLResolver] = []
