import factory

from accounts.models import User

PASSWORD = "correct horse battery staple"  # the password of everybody in the tests


class UserFactory(factory.django.DjangoModelFactory[User]):
    """Somebody with an account."""

    class Meta:
        model = User
        django_get_or_create = ("username",)
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    name = factory.LazyAttribute(lambda user: user.username.replace("-", " ").title())
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.django.Password(PASSWORD)
