from canvas.models.blocks import BlockAcceptance, BlockDraft, BlockRevision, EvidenceLink
from canvas.models.comments import Comment, Mention
from canvas.models.decisions import GoNoGoCondition, GoNoGoDecision, GoNoGoSignature
from canvas.models.exchange import ImportedPlan
from canvas.models.kpis import Kpi, KpiReading
from canvas.models.money import BenefitLine, CostItem, CostWaiver, ErrorCost, RoiEstimate
from canvas.models.opportunities import Opportunity, Process, RankingWeights
from canvas.models.projects import Membership, Project
from canvas.models.risk import Classification, ImpactAssessment, OversightPlan, Risk

__all__ = [
    "BenefitLine",
    "BlockAcceptance",
    "BlockDraft",
    "BlockRevision",
    "Classification",
    "Comment",
    "CostItem",
    "CostWaiver",
    "ErrorCost",
    "EvidenceLink",
    "GoNoGoCondition",
    "GoNoGoDecision",
    "GoNoGoSignature",
    "ImpactAssessment",
    "ImportedPlan",
    "Kpi",
    "KpiReading",
    "Membership",
    "Mention",
    "Opportunity",
    "OversightPlan",
    "Process",
    "Project",
    "RankingWeights",
    "Risk",
    "RoiEstimate",
]
