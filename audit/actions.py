"""Every action the journal knows, each with the sentence its page prints."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What was meant by a write; the value is what the journal stores."""

    # accounts
    USER_CREATED = "user.created"
    USER_ROLE_CHANGED = "user.role-changed"
    USER_PROFILE_CHANGED = "user.profile-changed"
    SIGNED_IN = "user.signed-in"
    SIGNED_OUT = "user.signed-out"
    SIGN_IN_FAILED = "user.sign-in-failed"
    PASSWORD_CHANGED = "user.password-changed"  # noqa: S105  (an action's name)
    SECOND_FACTOR_CHANGED = "user.second-factor-changed"
    TOKEN_CREATED = "token.created"  # noqa: S105  (an action's name)
    TOKEN_REVOKED = "token.revoked"  # noqa: S105  (an action's name)
    # audit
    CHECKPOINT_SIGNED = "journal.checkpoint-signed"
    # canvas
    PROJECT_CREATED = "project.created"
    PROJECT_CHANGED = "project.changed"
    MEMBER_ADDED = "member.added"
    MEMBER_ROLE_CHANGED = "member.role-changed"
    MEMBER_REMOVED = "member.removed"
    BLOCK_REVISED = "block.revised"
    KPI_CREATED = "kpi.created"
    KPI_CHANGED = "kpi.changed"
    KPI_RETIRED = "kpi.retired"
    # jobs
    JOB_CANCEL_REQUESTED = "job.cancel-requested"
    # data
    SOURCE_CREATED = "source.created"
    SOURCE_CHANGED = "source.changed"
    DATASET_UPLOADED = "dataset.uploaded"
    DATASET_DESCRIBED = "dataset.described"
    SCHEMA_CREATED = "schema.created"
    SCHEMA_REVISED = "schema.revised"
    LABELING_METHOD_CREATED = "labeling-method.created"
    LABELING_METHOD_REVISED = "labeling-method.revised"
    # registry
    RUN_RECORDED = "run.recorded"
    MODEL_REGISTERED = "model.registered"
    VERSION_REGISTERED = "version.registered"
    ENVIRONMENT_RECORDED = "environment.recorded"
    ARTIFACT_VERIFIED = "artifact.verified"
    ALIAS_MOVED = "alias.moved"
    CHECK_REPORTED = "check.reported"
    PROMOTION_REQUESTED = "promotion.requested"
    PROMOTION_APPROVED = "promotion.approved"
    PROMOTION_REJECTED = "promotion.rejected"
    PROMOTION_WITHDRAWN = "promotion.withdrawn"
    SIGNATURE_REFUSED = "signature.refused"
    # evaluation
    EVALUATION_REQUESTED = "evaluation.requested"
    EVALUATION_FINISHED = "evaluation.finished"
    EVALUATION_FAILED = "evaluation.failed"
    EVALUATION_CANCELLED = "evaluation.cancelled"
    # docsgen
    DOCUMENT_REQUESTED = "document.requested"
    DOCUMENT_ISSUED = "document.issued"
    DOCUMENT_FAILED = "document.failed"


@dataclass(frozen=True)
class Subject:
    """What a line is about, in plain values."""

    type: str
    id: str
    label: str


SENTENCES: dict[Action, str] = {
    Action.USER_CREATED: "created the account {label}",
    Action.USER_ROLE_CHANGED: "changed the site role of {label}",
    Action.USER_PROFILE_CHANGED: "changed the profile of {label}",
    Action.SIGNED_IN: "signed in",
    Action.SIGNED_OUT: "signed out",
    Action.SIGN_IN_FAILED: "failed to sign in as {label}",
    Action.PASSWORD_CHANGED: "changed the password of {label}",
    Action.SECOND_FACTOR_CHANGED: "changed the second factor of {label}",
    Action.TOKEN_CREATED: "created the API token {label}",
    Action.TOKEN_REVOKED: "revoked the API token {label}",
    Action.CHECKPOINT_SIGNED: "signed a checkpoint of {label}",
    Action.PROJECT_CREATED: "created the project {label}",
    Action.PROJECT_CHANGED: "changed the settings of {label}",
    Action.MEMBER_ADDED: "added {label} to the project",
    Action.MEMBER_ROLE_CHANGED: "changed the role of {label}",
    Action.MEMBER_REMOVED: "removed {label} from the project",
    Action.BLOCK_REVISED: "revised {label}",
    Action.KPI_CREATED: "added the KPI {label}",
    Action.KPI_CHANGED: "changed the KPI {label}",
    Action.KPI_RETIRED: "retired the KPI {label}",
    Action.JOB_CANCEL_REQUESTED: "asked to cancel {label}",
    Action.SOURCE_CREATED: "registered the data source {label}",
    Action.SOURCE_CHANGED: "changed the data source {label}",
    Action.DATASET_UPLOADED: "uploaded the snapshot {label}",
    Action.DATASET_DESCRIBED: "changed the description of the snapshot {label}",
    Action.SCHEMA_CREATED: "recorded the schema {label}",
    Action.SCHEMA_REVISED: "revised the schema {label}",
    Action.LABELING_METHOD_CREATED: "recorded the labeling method {label}",
    Action.LABELING_METHOD_REVISED: "revised the labeling method {label}",
    Action.RUN_RECORDED: "recorded the run {label}",
    Action.MODEL_REGISTERED: "registered the model {label}",
    Action.VERSION_REGISTERED: "registered {label}",
    Action.ENVIRONMENT_RECORDED: "recorded the training environment {label}",
    Action.ARTIFACT_VERIFIED: "checked the stored file of {label}",
    Action.ALIAS_MOVED: "moved the alias {label}",
    Action.CHECK_REPORTED: "reported a check on {label}",
    Action.PROMOTION_REQUESTED: "asked for {label}",
    Action.PROMOTION_APPROVED: "approved {label}",
    Action.PROMOTION_REJECTED: "rejected {label}",
    Action.PROMOTION_WITHDRAWN: "withdrew {label}",
    Action.SIGNATURE_REFUSED: "typed a wrong password to sign {label}",
    Action.EVALUATION_REQUESTED: "requested {label}",
    Action.EVALUATION_FINISHED: "finished {label}",
    Action.EVALUATION_FAILED: "could not finish {label}",
    Action.EVALUATION_CANCELLED: "cancelled {label}",
    Action.DOCUMENT_REQUESTED: "requested {label}",
    Action.DOCUMENT_ISSUED: "issued {label}",
    Action.DOCUMENT_FAILED: "could not render {label}",
}
