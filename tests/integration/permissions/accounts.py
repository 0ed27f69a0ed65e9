from tests.factories.accounts import UserFactory
from tests.integration.permissions.shape import Row, everyone_signed_in, only

TABLE = {
    "accounts:profile": Row(get=everyone_signed_in(), post=everyone_signed_in(302), post_data={"name": "A name"}),
    "accounts:people": Row(get=only("administrator")),
    "accounts:person-create": Row(get=only("administrator"), post=only("administrator", ok=422)),
    "accounts:person-edit": Row(
        prepare=lambda project: {"person_id": UserFactory(username="somebody").pk},
        get=only("administrator"),
        post=only("administrator", ok=302),
        post_data={"is_active": "on"},
    ),
}
