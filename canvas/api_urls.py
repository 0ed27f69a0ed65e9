from django.urls import path

from canvas.api import (
    assessments,
    blocks,
    classifications,
    comments,
    decisions,
    evidence,
    exchange,
    journal,
    kpis,
    money,
    opportunities,
    projects,
    readings,
    risks,
)

app_name = "canvas-api"
urlpatterns = [
    path("opportunities/", opportunities.OpportunityList.as_view(), name="opportunity-list"),
    path("opportunities/<int:opportunity_id>/", opportunities.OpportunityDetail.as_view(), name="opportunity-detail"),
    path(
        "opportunities/<int:opportunity_id>/decline/",
        opportunities.OpportunityDecline.as_view(),
        name="opportunity-decline",
    ),
    path(
        "opportunities/<int:opportunity_id>/reopen/",
        opportunities.OpportunityReopen.as_view(),
        name="opportunity-reopen",
    ),
    path(
        "opportunities/<int:opportunity_id>/start/", opportunities.OpportunityStart.as_view(), name="opportunity-start"
    ),
    path("processes/", opportunities.ProcessList.as_view(), name="process-list"),
    path("processes/<int:process_id>/", opportunities.ProcessDetail.as_view(), name="process-detail"),
    path("ranking-weights/", opportunities.RankingWeightsView.as_view(), name="ranking-weights"),
    path("similar/", opportunities.SimilarList.as_view(), name="similar-list"),
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/new/", exchange.NewProject.as_view(), name="project-new"),
    path("projects/<slug:slug>/plan/", exchange.PlanFile.as_view(), name="plan"),
    path("projects/<slug:slug>/plan.md", exchange.PlanText.as_view(), name="plan-text"),
    path("projects/<slug:slug>/plan/imports/", exchange.ImportedPlanList.as_view(), name="imported-plan-list"),
    path("projects/<slug:slug>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<slug:slug>/members/", projects.MemberList.as_view(), name="member-list"),
    path("projects/<slug:slug>/canvas/", blocks.BlockList.as_view(), name="block-list"),
    path("projects/<slug:slug>/canvas/<int:number>/", blocks.BlockDetail.as_view(), name="block-detail"),
    path("projects/<slug:slug>/canvas/states/", blocks.BlockStates.as_view(), name="block-states"),
    path("projects/<slug:slug>/canvas/<int:number>/revisions/", blocks.RevisionList.as_view(), name="revision-list"),
    path(
        "projects/<slug:slug>/canvas/<int:number>/revisions/<int:revision>/",
        blocks.RevisionDetail.as_view(),
        name="revision-detail",
    ),
    path(
        "projects/<slug:slug>/canvas/<int:number>/revisions/<int:revision>/restore/",
        blocks.RevisionRestore.as_view(),
        name="revision-restore",
    ),
    path("projects/<slug:slug>/canvas/<int:number>/diff/", blocks.BlockDiff.as_view(), name="block-diff"),
    path("projects/<slug:slug>/canvas/<int:number>/review/", blocks.BlockReview.as_view(), name="block-review"),
    path("projects/<slug:slug>/canvas/<int:number>/accept/", blocks.BlockAccept.as_view(), name="block-accept"),
    path("projects/<slug:slug>/canvas/<int:number>/comments/", comments.CommentList.as_view(), name="comment-list"),
    path(
        "projects/<slug:slug>/comments/<int:comment_id>/replies/", comments.CommentReply.as_view(), name="comment-reply"
    ),
    path(
        "projects/<slug:slug>/comments/<int:comment_id>/resolve/",
        comments.CommentResolve.as_view(),
        name="comment-resolve",
    ),
    path(
        "projects/<slug:slug>/comments/<int:comment_id>/reopen/",
        comments.CommentReopen.as_view(),
        name="comment-reopen",
    ),
    path("projects/<slug:slug>/canvas/<int:number>/evidence/", evidence.LinkList.as_view(), name="evidence-list"),
    path("projects/<slug:slug>/canvas/evidence/<int:link_id>/", evidence.LinkDetail.as_view(), name="evidence-detail"),
    path("projects/<slug:slug>/canvas/evidence/kinds/", evidence.KindList.as_view(), name="evidence-kinds"),
    path(
        "projects/<slug:slug>/canvas/evidence/kinds/<slug:kind>/", evidence.KindDetail.as_view(), name="evidence-kind"
    ),
    path("projects/<slug:slug>/kpis/", kpis.KpiList.as_view(), name="kpi-list"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/", kpis.KpiDetail.as_view(), name="kpi-detail"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/close/", kpis.KpiClose.as_view(), name="kpi-close"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/sign/", kpis.KpiSign.as_view(), name="kpi-sign"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/smart/", kpis.KpiSmart.as_view(), name="kpi-smart"),
    path("projects/<slug:slug>/kpis/<int:kpi_id>/readings/", readings.ReadingList.as_view(), name="reading-list"),
    path("projects/<slug:slug>/costs/", money.CostList.as_view(), name="cost-list"),
    path("projects/<slug:slug>/costs/<int:line_id>/", money.CostDetail.as_view(), name="cost-detail"),
    path("projects/<slug:slug>/benefits/", money.BenefitList.as_view(), name="benefit-list"),
    path("projects/<slug:slug>/benefits/<int:line_id>/", money.BenefitDetail.as_view(), name="benefit-detail"),
    path("projects/<slug:slug>/error-costs/", money.ErrorCostList.as_view(), name="error-cost-list"),
    path("projects/<slug:slug>/error-costs/<int:line_id>/", money.ErrorCostDetail.as_view(), name="error-cost-detail"),
    path("projects/<slug:slug>/stated-zeros/", money.WaiverList.as_view(), name="waiver-list"),
    path("projects/<slug:slug>/stated-zeros/<int:number>/", money.WaiverDetail.as_view(), name="waiver-detail"),
    path("projects/<slug:slug>/estimates/", money.EstimateList.as_view(), name="estimate-list"),
    path("projects/<slug:slug>/estimates/<int:number>/", money.EstimateDetail.as_view(), name="estimate-detail"),
    path(
        "projects/<slug:slug>/classification/questions/",
        classifications.ClassificationQuestions.as_view(),
        name="classification-questions",
    ),
    path(
        "projects/<slug:slug>/classification/preview/",
        classifications.ClassificationPreview.as_view(),
        name="classification-preview",
    ),
    path(
        "projects/<slug:slug>/classifications/",
        classifications.ClassificationList.as_view(),
        name="classification-list",
    ),
    path(
        "projects/<slug:slug>/classifications/<int:number>/",
        classifications.ClassificationDetail.as_view(),
        name="classification-detail",
    ),
    path("projects/<slug:slug>/risks/", risks.RiskList.as_view(), name="risk-list"),
    path("projects/<slug:slug>/risks/<int:number>/", risks.RiskDetail.as_view(), name="risk-detail"),
    path("projects/<slug:slug>/risks/<int:number>/accept/", risks.RiskAccept.as_view(), name="risk-accept"),
    path("projects/<slug:slug>/impact-assessments/", assessments.ImpactAssessmentList.as_view(), name="impact-list"),
    path(
        "projects/<slug:slug>/impact-assessments/<int:number>/",
        assessments.ImpactAssessmentDetail.as_view(),
        name="impact-detail",
    ),
    path("projects/<slug:slug>/oversight-plans/", assessments.OversightPlanList.as_view(), name="oversight-list"),
    path(
        "projects/<slug:slug>/oversight-plans/<int:number>/",
        assessments.OversightPlanDetail.as_view(),
        name="oversight-detail",
    ),
    path("projects/<slug:slug>/decisions/", decisions.DecisionList.as_view(), name="decision-list"),
    path(
        "projects/<slug:slug>/decisions/suggestion/", decisions.DecisionSuggestion.as_view(), name="decision-suggestion"
    ),
    path("projects/<slug:slug>/decisions/<int:number>/", decisions.DecisionDetail.as_view(), name="decision-detail"),
    path("projects/<slug:slug>/decisions/<int:number>/sign/", decisions.DecisionSign.as_view(), name="decision-sign"),
    path(
        "projects/<slug:slug>/decisions/<int:number>/withdraw/",
        decisions.DecisionWithdraw.as_view(),
        name="decision-withdraw",
    ),
    path(
        "projects/<slug:slug>/decisions/conditions/<int:condition_id>/met/",
        decisions.ConditionMet.as_view(),
        name="condition-met",
    ),
    path("projects/<slug:slug>/journal/", journal.Journal.as_view(), name="journal"),
]
