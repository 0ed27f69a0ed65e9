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
    BLOCK_RESTORED = "block.restored"
    BLOCK_REVIEW_REQUESTED = "block.review-requested"
    BLOCK_ACCEPTED = "block.accepted"
    BLOCK_ACCEPTANCE_UNDONE = "block.acceptance-undone"
    EVIDENCE_LINKED = "evidence.linked"
    EVIDENCE_UNLINKED = "evidence.unlinked"
    COMMENT_ADDED = "comment.added"
    COMMENT_RESOLVED = "comment.resolved"
    COMMENT_REOPENED = "comment.reopened"
    KPI_CLOSED = "kpi.closed"
    KPI_READING_RECORDED = "kpi-reading.recorded"
    KPI_READING_CORRECTED = "kpi-reading.corrected"
    KPI_READINGS_IMPORTED = "kpi-readings.imported"
    COST_ADDED = "cost.added"
    COST_CHANGED = "cost.changed"
    COST_REMOVED = "cost.removed"
    COST_WAIVED = "cost.waived"
    COST_WAIVER_REMOVED = "cost.waiver-removed"
    BENEFIT_ADDED = "benefit.added"
    BENEFIT_CHANGED = "benefit.changed"
    BENEFIT_REMOVED = "benefit.removed"
    ERROR_COST_ADDED = "error-cost.added"
    ERROR_COST_CHANGED = "error-cost.changed"
    ERROR_COST_REMOVED = "error-cost.removed"
    ROI_ESTIMATED = "roi.estimated"
    PROCESS_ADDED = "process.added"
    PROCESS_CHANGED = "process.changed"
    OPPORTUNITY_ADDED = "opportunity.added"
    OPPORTUNITY_CHANGED = "opportunity.changed"
    OPPORTUNITY_DECLINED = "opportunity.declined"
    OPPORTUNITY_REOPENED = "opportunity.reopened"
    OPPORTUNITY_STARTED = "opportunity.started"
    RANKING_WEIGHTS_SET = "ranking.weights-set"
    CLASSIFICATION_SIGNED = "classification.signed"
    RISK_ADDED = "risk.added"
    RISK_CHANGED = "risk.changed"
    RISK_ACCEPTED = "risk.accepted"
    IMPACT_ASSESSED = "impact.assessed"
    OVERSIGHT_PLANNED = "oversight.planned"
    GO_NO_GO_PROPOSED = "go-no-go.proposed"
    GO_NO_GO_SIGNED = "go-no-go.signed"
    GO_NO_GO_DECIDED = "go-no-go.decided"
    GO_NO_GO_WITHDRAWN = "go-no-go.withdrawn"
    CONDITION_MET = "condition.met"
    PROJECT_IMPORTED = "project.imported"
    PROJECT_EXPORTED = "project.exported"
    SKELETON_DOWNLOADED = "skeleton.downloaded"
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
    QUALITY_CHECKED = "quality.checked"
    DATASET_REFERENCED = "dataset.referenced"
    DATASET_IMPORTED = "dataset.imported"
    PROFILE_REQUESTED = "profile.requested"
    PROFILE_FINISHED = "profile.finished"
    PROFILE_FAILED = "profile.failed"
    PROFILE_CANCELLED = "profile.cancelled"
    SCHEMA_CHECK_REQUESTED = "schema.check-requested"
    SCHEMA_CHECKED = "schema.checked"
    SCHEMA_CHECK_FAILED = "schema.check-failed"
    SCHEMA_IMPORTED = "schema.imported"
    AGREEMENT_MEASURED = "agreement.measured"
    DISPUTE_DECIDED = "dispute.decided"
    AGREEMENT_REQUESTED = "agreement.requested"
    AGREEMENT_FAILED = "agreement.failed"
    AGREEMENT_CANCELLED = "agreement.cancelled"
    LABEL_SAMPLE_DRAWN = "label-sample.drawn"
    LABEL_AUDIT_RECORDED = "label-audit.recorded"
    FEATURE_DEFINED = "feature.defined"
    FEATURE_REVISED = "feature.revised"
    FEATURE_SHARED = "feature.shared"
    FEATURE_UNSHARED = "feature.unshared"
    FEATURE_RETIRED = "feature.retired"
    FEATURE_REUSED = "feature.reused"
    FILE_DAMAGED = "file.damaged"
    FILE_WHOLE_AGAIN = "file.whole-again"
    STORAGE_SWEPT = "storage.swept"
    STORAGE_LIMIT_SET = "storage-limit.set"
    # registry
    EXPERIMENT_CREATED = "experiment.created"
    EXPERIMENT_CHANGED = "experiment.changed"
    EXPERIMENT_DELETED = "experiment.deleted"
    EXPERIMENT_RESTORED = "experiment.restored"
    RUN_RECORDED = "run.recorded"
    RUN_CHOSEN = "run.chosen"
    RUN_STARTED = "run.started"
    RUN_ENDED = "run.ended"
    RUN_REOPENED = "run.reopened"
    RUN_CHANGED = "run.changed"
    RUN_DELETED = "run.deleted"
    RUN_RESTORED = "run.restored"
    LOGGED_MODEL_CREATED = "logged-model.created"
    LOGGED_MODEL_FINISHED = "logged-model.finished"
    LOGGED_MODEL_CHANGED = "logged-model.changed"
    LOGGED_MODEL_DELETED = "logged-model.deleted"
    MODEL_REGISTERED = "model.registered"
    MODEL_RENAMED = "model.renamed"
    MODEL_DESCRIBED = "model.described"
    MODEL_TASK_DECIDED = "model.task-decided"
    MODEL_TAGGED = "model.tagged"
    MODEL_UNTAGGED = "model.untagged"
    MODEL_REMOVED = "model.removed"
    VERSION_REGISTERED = "version.registered"
    VERSION_DESCRIBED = "version.described"
    VERSION_TAGGED = "version.tagged"
    VERSION_UNTAGGED = "version.untagged"
    VERSION_REMOVED = "version.removed"
    STAGE_SET = "stage.set"
    ENVIRONMENT_RECORDED = "environment.recorded"
    SERVING_STATED = "serving.stated"
    SERVING_ENDED = "serving.ended"
    OUTLINE_REQUESTED = "outline.requested"
    OUTLINE_READ = "outline.read"
    OUTLINE_FAILED = "outline.failed"
    OUTLINE_NOTED = "outline.noted"
    MODEL_EXPORT_REQUESTED = "model-export.requested"
    MODEL_EXPORTED = "model-export.finished"
    MODEL_EXPORT_FAILED = "model-export.failed"
    MODEL_ARCHIVE_RECEIVED = "model-archive.received"
    MODEL_RESTORE_REQUESTED = "model-restore.requested"
    MODEL_RESTORED = "model-restore.finished"
    MODEL_RESTORE_FAILED = "model-restore.failed"
    ARTIFACT_VERIFIED = "artifact.verified"
    ARTIFACT_STORED = "artifact.stored"
    ARTIFACT_REMOVED = "artifact.removed"
    ALIAS_MOVED = "alias.moved"
    CHECK_REPORTED = "check.reported"
    PROMOTION_REQUESTED = "promotion.requested"
    PROMOTION_APPROVED = "promotion.approved"
    PROMOTION_REJECTED = "promotion.rejected"
    PROMOTION_WITHDRAWN = "promotion.withdrawn"
    SIGNATURE_REFUSED = "signature.refused"
    SERVER_ADDED = "mlflow-server.added"
    SERVER_REMOVED = "mlflow-server.removed"
    SYNC_REQUESTED = "mlflow-sync.requested"
    SYNC_FINISHED = "mlflow-sync.finished"
    SYNC_FAILED = "mlflow-sync.failed"
    SYNC_CANCELLED = "mlflow-sync.cancelled"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_RETRIED = "webhook.retried"
    # evaluation
    EVALUATION_REQUESTED = "evaluation.requested"
    EVALUATION_FINISHED = "evaluation.finished"
    EVALUATION_FAILED = "evaluation.failed"
    EVALUATION_CANCELLED = "evaluation.cancelled"
    # standing
    PRACTICE_STATED = "practice.stated"
    TARGETS_SET = "targets.set"
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
    Action.BLOCK_RESTORED: "brought back {label}",
    Action.BLOCK_REVIEW_REQUESTED: "asked for a review of {label}",
    Action.BLOCK_ACCEPTED: "accepted {label}",
    Action.BLOCK_ACCEPTANCE_UNDONE: "undid the acceptance of {label}",
    Action.EVIDENCE_LINKED: "linked {label} as evidence",
    Action.EVIDENCE_UNLINKED: "took {label} away as evidence",
    Action.COMMENT_ADDED: "commented on {label}",
    Action.COMMENT_RESOLVED: "resolved a comment on {label}",
    Action.COMMENT_REOPENED: "reopened a comment on {label}",
    Action.KPI_CLOSED: "closed the KPI {label}",
    Action.KPI_READING_RECORDED: "recorded a reading of {label}",
    Action.KPI_READING_CORRECTED: "corrected a reading of {label}",
    Action.KPI_READINGS_IMPORTED: "imported readings of {label}",
    Action.COST_ADDED: "added the cost {label}",
    Action.COST_CHANGED: "changed the cost {label}",
    Action.COST_REMOVED: "removed the cost {label}",
    Action.COST_WAIVED: "stated that {label}",
    Action.COST_WAIVER_REMOVED: "took back that {label}",
    Action.BENEFIT_ADDED: "added the benefit {label}",
    Action.BENEFIT_CHANGED: "changed the benefit {label}",
    Action.BENEFIT_REMOVED: "removed the benefit {label}",
    Action.ERROR_COST_ADDED: "added the error cost {label}",
    Action.ERROR_COST_CHANGED: "changed the error cost {label}",
    Action.ERROR_COST_REMOVED: "removed the error cost {label}",
    Action.ROI_ESTIMATED: "saved {label}",
    Action.PROCESS_ADDED: "added the process {label}",
    Action.PROCESS_CHANGED: "changed the process {label}",
    Action.OPPORTUNITY_ADDED: "added the opportunity {label}",
    Action.OPPORTUNITY_CHANGED: "changed the opportunity {label}",
    Action.OPPORTUNITY_DECLINED: "declined the opportunity {label}",
    Action.OPPORTUNITY_REOPENED: "reopened the opportunity {label}",
    Action.OPPORTUNITY_STARTED: "made a project of the opportunity {label}",
    Action.RANKING_WEIGHTS_SET: "changed the weights of the ranking",
    Action.CLASSIFICATION_SIGNED: "signed {label}",
    Action.RISK_ADDED: "added the risk {label}",
    Action.RISK_CHANGED: "changed the risk {label}",
    Action.RISK_ACCEPTED: "accepted what remains of the risk {label}",
    Action.IMPACT_ASSESSED: "saved the {label}",
    Action.OVERSIGHT_PLANNED: "saved the {label}",
    Action.GO_NO_GO_PROPOSED: "proposed {label}",
    Action.GO_NO_GO_SIGNED: "signed {label}",
    Action.GO_NO_GO_DECIDED: "completed {label}",
    Action.GO_NO_GO_WITHDRAWN: "withdrew {label}",
    Action.CONDITION_MET: "reported a condition of {label} as met",
    Action.PROJECT_IMPORTED: "imported {label}",
    Action.PROJECT_EXPORTED: "exported {label}",
    Action.SKELETON_DOWNLOADED: "downloaded a project skeleton of {label}",
    Action.JOB_CANCEL_REQUESTED: "asked to cancel {label}",
    Action.SOURCE_CREATED: "registered the data source {label}",
    Action.SOURCE_CHANGED: "changed the data source {label}",
    Action.DATASET_UPLOADED: "uploaded the snapshot {label}",
    Action.DATASET_DESCRIBED: "changed the description of the snapshot {label}",
    Action.SCHEMA_CREATED: "recorded the schema {label}",
    Action.SCHEMA_REVISED: "revised the schema {label}",
    Action.LABELING_METHOD_CREATED: "recorded the labeling method {label}",
    Action.LABELING_METHOD_REVISED: "revised the labeling method {label}",
    Action.QUALITY_CHECKED: "recorded a quality check of {label}",
    Action.DATASET_REFERENCED: "referred to the snapshot {label}",
    Action.DATASET_IMPORTED: "imported the description of {label}",
    Action.PROFILE_REQUESTED: "asked for a profile of {label}",
    Action.PROFILE_FINISHED: "profiled {label}",
    Action.PROFILE_FAILED: "could not profile {label}",
    Action.PROFILE_CANCELLED: "cancelled the profile of {label}",
    Action.SCHEMA_CHECK_REQUESTED: "asked to hold {label}",
    Action.SCHEMA_CHECKED: "held {label}",
    Action.SCHEMA_CHECK_FAILED: "could not hold {label}",
    Action.SCHEMA_IMPORTED: "imported the schema {label}",
    Action.AGREEMENT_MEASURED: "measured {label}",
    Action.AGREEMENT_REQUESTED: "asked to measure {label}",
    Action.AGREEMENT_FAILED: "could not measure {label}",
    Action.AGREEMENT_CANCELLED: "cancelled the measurement of {label}",
    Action.LABEL_SAMPLE_DRAWN: "drew the {label} for an audit",
    Action.DISPUTE_DECIDED: "decided the disputed row {label}",
    Action.LABEL_AUDIT_RECORDED: "recorded the {label}",
    Action.FEATURE_DEFINED: "defined the feature {label}",
    Action.FEATURE_REVISED: "revised the feature {label}",
    Action.FEATURE_SHARED: "put the feature {label} into the catalogue",
    Action.FEATURE_UNSHARED: "took the feature {label} out of the catalogue",
    Action.FEATURE_RETIRED: "retired the feature {label}",
    Action.FEATURE_REUSED: "reused the feature {label}",
    Action.EXPERIMENT_CREATED: "made the experiment {label}",
    Action.EXPERIMENT_CHANGED: "changed the experiment {label}",
    Action.EXPERIMENT_DELETED: "deleted the experiment {label}",
    Action.EXPERIMENT_RESTORED: "restored the experiment {label}",
    Action.FILE_DAMAGED: "found the stored file {label} damaged",
    Action.FILE_WHOLE_AGAIN: "found the stored file {label} whole again",
    Action.STORAGE_SWEPT: "removed {label} that no record points to",
    Action.STORAGE_LIMIT_SET: "changed how much {label} may keep",
    Action.RUN_RECORDED: "recorded the run {label}",
    Action.RUN_CHOSEN: "chose {label}",
    Action.RUN_STARTED: "started the run {label}",
    Action.RUN_ENDED: "ended the run {label}",
    Action.RUN_REOPENED: "opened the run {label} again",
    Action.RUN_CHANGED: "changed, after its end, the run {label}",
    Action.RUN_DELETED: "deleted the run {label}",
    Action.RUN_RESTORED: "restored the run {label}",
    Action.LOGGED_MODEL_CREATED: "began to save the model {label}",
    Action.LOGGED_MODEL_FINISHED: "finished saving the model {label}",
    Action.LOGGED_MODEL_CHANGED: "changed the saved model {label}",
    Action.LOGGED_MODEL_DELETED: "deleted the saved model {label}",
    Action.MODEL_REGISTERED: "registered the model {label}",
    Action.MODEL_RENAMED: "renamed the model {label}",
    Action.MODEL_DESCRIBED: "described the model {label}",
    Action.MODEL_TASK_DECIDED: "decided the task of the model {label}",
    Action.MODEL_TAGGED: "set the tag {label}",
    Action.MODEL_UNTAGGED: "removed the tag {label}",
    Action.MODEL_REMOVED: "removed the model {label}",
    Action.VERSION_REGISTERED: "registered {label}",
    Action.VERSION_DESCRIBED: "changed the note on {label}",
    Action.VERSION_TAGGED: "set the tag {label}",
    Action.VERSION_UNTAGGED: "removed the tag {label}",
    Action.VERSION_REMOVED: "removed {label}",
    Action.STAGE_SET: "set, without a promotion, the stage of {label}",
    Action.OUTLINE_REQUESTED: "asked for the steps of {label} to be read",
    Action.OUTLINE_READ: "kept the steps of {label}",
    Action.OUTLINE_FAILED: "could not read the steps of {label}",
    Action.OUTLINE_NOTED: "wrote a note beside the steps of {label}",
    Action.MODEL_EXPORT_REQUESTED: "asked for the model {label} as one file",
    Action.MODEL_EXPORTED: "exported the model {label}",
    Action.MODEL_EXPORT_FAILED: "could not export the model {label}",
    Action.MODEL_ARCHIVE_RECEIVED: "brought in the exported model {label}",
    Action.MODEL_RESTORE_REQUESTED: "asked for {label} to be restored",
    Action.MODEL_RESTORED: "restored {label}",
    Action.MODEL_RESTORE_FAILED: "could not restore {label}",
    Action.ENVIRONMENT_RECORDED: "recorded the training environment {label}",
    Action.SERVING_STATED: "stated how {label} is served",
    Action.SERVING_ENDED: "wrote down that {label} is no longer served",
    Action.ARTIFACT_VERIFIED: "checked the stored file of {label}",
    Action.ARTIFACT_STORED: "stored the file {label}",
    Action.ARTIFACT_REMOVED: "removed {label}",
    Action.ALIAS_MOVED: "moved the alias {label}",
    Action.CHECK_REPORTED: "reported a check on {label}",
    Action.PROMOTION_REQUESTED: "asked for {label}",
    Action.PROMOTION_APPROVED: "approved {label}",
    Action.PROMOTION_REJECTED: "rejected {label}",
    Action.PROMOTION_WITHDRAWN: "withdrew {label}",
    Action.SIGNATURE_REFUSED: "typed a wrong password to sign {label}",
    Action.SERVER_ADDED: "named the MLflow server {label}",
    Action.SERVER_REMOVED: "removed the MLflow server {label}",
    Action.SYNC_REQUESTED: "asked for a {label}",
    Action.SYNC_FINISHED: "finished a {label}",
    Action.SYNC_FAILED: "could not finish a {label}",
    Action.SYNC_CANCELLED: "cancelled a {label}",
    Action.WEBHOOK_CREATED: "added the webhook {label}",
    Action.WEBHOOK_CHANGED: "changed the webhook {label}",
    Action.WEBHOOK_REMOVED: "removed the webhook {label}",
    Action.WEBHOOK_TESTED: "tested the webhook {label}",
    Action.WEBHOOK_RETRIED: "sent again {label}",
    Action.EVALUATION_REQUESTED: "requested {label}",
    Action.EVALUATION_FINISHED: "finished {label}",
    Action.EVALUATION_FAILED: "could not finish {label}",
    Action.EVALUATION_CANCELLED: "cancelled {label}",
    Action.PRACTICE_STATED: "stated that {label}",
    Action.TARGETS_SET: "changed the targets of the installation",
    Action.DOCUMENT_REQUESTED: "requested {label}",
    Action.DOCUMENT_ISSUED: "issued {label}",
    Action.DOCUMENT_FAILED: "could not render {label}",
}
