"""MLflow's REST API, so that an unmodified client fills the registry: a translation, not a second registry.

`wire` reads messages, `door` finds out who asks and for which project, `endpoints` call the room's services, `messages`
write records as MLflow has them, and `errors` turns refusals into MLflow's codes through one table.
"""
