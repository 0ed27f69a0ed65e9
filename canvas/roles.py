"""Who may do what: project roles, site roles and permissions, as one table."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """A member's role in one project."""

    OWNER = "owner", "Owner"
    CONTRIBUTOR = "contributor", "Contributor"
    VALIDATOR = "validator", "Validator"
    APPROVER = "approver", "Approver"
    VIEWER = "viewer", "Viewer"


class Permission(StrEnum):
    """Something that one may do in a project."""

    VIEW = "view"
    EDIT_CANVAS = "edit-canvas"
    COMMENT = "comment"
    ACCEPT_BLOCKS = "accept-blocks"
    DECIDE_PROJECT = "decide-project"
    EDIT_DATA = "edit-data"
    REGISTER_MODELS = "register-models"
    EVALUATE = "evaluate"
    REQUEST_PROMOTION = "request-promotion"
    DECIDE_PROMOTION = "decide-promotion"
    CREATE_DOCUMENTS = "create-documents"
    MANAGE_PROJECT = "manage-project"


READ = frozenset({Permission.VIEW})
# Taking part in the review of the plan, which needs more eyes than those of its authors.
REVIEW = READ | {Permission.COMMENT, Permission.ACCEPT_BLOCKS}
WORK = REVIEW | {
    Permission.EDIT_CANVAS,
    Permission.EDIT_DATA,
    Permission.REGISTER_MODELS,
    Permission.EVALUATE,
    Permission.REQUEST_PROMOTION,
    Permission.CREATE_DOCUMENTS,
}

GRANTS: dict[str, frozenset[Permission]] = {
    Role.OWNER: WORK | {Permission.MANAGE_PROJECT, Permission.DECIDE_PROJECT},
    Role.CONTRIBUTOR: WORK,
    Role.VALIDATOR: REVIEW | {Permission.EVALUATE, Permission.CREATE_DOCUMENTS},
    Role.APPROVER: REVIEW | {Permission.DECIDE_PROMOTION, Permission.DECIDE_PROJECT, Permission.CREATE_DOCUMENTS},
    Role.VIEWER: READ,
}

# Site roles reach into every project: an auditor reads, an administrator reads and puts people in their places. Neither
# writes the plan, registers a model or decides: whoever wants to do that joins the project, and the journal says so.
SITE_GRANTS: dict[str, frozenset[Permission]] = {
    "auditor": READ,
    "administrator": READ | {Permission.MANAGE_PROJECT},
}
