from tests.integration.permissions.shape import CAST, Row, everyone_signed_in

TABLE = {
    "healthz": Row(get=dict.fromkeys(CAST, 200)),
    "api-schema": Row(get=everyone_signed_in()),
    "api-docs": Row(get=everyone_signed_in()),
}
