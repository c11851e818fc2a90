"""E4: each of our codes has exactly the name of a code in a standard, or a written reason for having none."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from hotline.people.rules import DeskKind
from hotline.statistics import rules_labels
from hotline.statistics.rules_definitions import INDICATORS
from hotline.statistics.rules_labels import CodeStandard, code_table
from hotline.text.places import FORMS, Category
from hotline.tips.rules import TipOutcome, Urgency
from hotline.tips.rules_events import NotTrafficking
from hotline.tips.rules_persons import (
    CASE_FORMS,
    FORM,
    NATIONALITY,
    NOT_SAID,
    QUESTIONS,
    SEX,
    STATE,
    SURE,
    ScreeningResult,
)

PEOPLE: Mapping[str, Collection[str]] = {
    name: codes for form in CASE_FORMS.values() for name, codes in form.codes.items()
}
FLOWS = Path(__file__).parents[2] / "flows"
CALLED = {"determination": "determined", SEX: "who"}
"""The lists of codes that have two names. The keys are the names in case events, and the values are the names in
statistics."""
OURS: Mapping[str, Collection[str]] = {
    **{CALLED.get(name, name): codes for name, codes in PEOPLE.items() if name != STATE},
    FORM: {*FORMS, *Category, NOT_SAID},
    NATIONALITY: QUESTIONS[NATIONALITY].values,
    STATE: {rules_labels.ANY},
    "screened": {*ScreeningResult},
    "offer": {"at", "why"},
    "outcome": {*TipOutcome},
    "not_trafficking": {*NotTrafficking},
    "urgency": {one.name.lower() for one in Urgency},
    "official": SURE,
    "desk": {*DeskKind},
    "quiz": {one.stem for one in FLOWS.glob("quiz_*.yaml")},
    "place": {"province", "district", "sector", "camp"},
}
HTCDS_NAMES: Mapping[str, str] = {
    "vic_TypeOfExploitation": "ForcedLabour SexualExploitation ChildLabour ForcedMarriage Servitude"
    " ForcedMilitaryByNonStateActors OrganRemoval ForcedBegging ForcedAdoption Surrogacy Other",
    "vic_MethodsOfControl": "PhysicalThreats ThreatsLawEnforcement ThreatensChildrenFamily DebtBondage"
    " FalsePromises PhysicalAbuse SexualAbuse TakesEarnings RestrictsFinancialAccess RestrictsMedicalCare"
    " WithholdsNecessities PsychologicalAbuse PsychoactiveSubstance ExcessiveWorkingHours"
    " WithholdsDocuments Other",
    "vic_TraffickingStatus": "PossibleVictimOfTrafficking ActualVictimOfTrafficking"
    " NotAVictimOfTrafficking",
    "vic_TraffickingStatusDecisionMakingOrg": "Police NGO CourtOrProsecution"
    " NonPoliceGovernmentalOrganization Other",
    "prs_Gender": "Feminine Masculine TransgenderFeminine TransgenderMasculine NonConforming"
    " NonSpecifiedUnknown",
    "prs_Citizenship": "RW *",
    "hte_Type": "Recruitment Transit Exploitation",
    "hte_State": "",
    "hte_City": "",
    "spl_Type": "Education Financial Health LabourExploitationRehabilitation Legal Livelihood"
    " RightsBasedTraining SexualExploitationRehabilitation SocialCare",
    "cas_Status": "Active FollowUp Closed ClosedReferred",
    "cas_OutgoingReferralDate": "",
    "cas_ReasonForOutgoingReferral": "AdditionalServicesRequired MigrationOrChangeOfLocation Other",
    "cas_ReferredOrganisation": "",
    "con_Consent": "true false",
}
"""Fields and values of the standard HTCDS, as the spreadsheet of its version 2.0 writes them. In this spreadsheet, a
checkbox has the values `true` and `false`."""
ELEMENTS = {"event", "victim", "perpetrator", "reporting entity"}


@pytest.mark.row("E4")
@pytest.mark.parametrize("standard", CodeStandard)
def test_e4_every_code_is_mapped_or_says_why_not(standard: CodeStandard) -> None:
    rows = code_table(standard).rows
    mapped = {(row.of, row.code) for row in rows}
    assert mapped == {(name, code) for name, codes in OURS.items() for code in codes}
    keys = [(row.of, row.code, row.field) for row in rows]
    assert len(keys) == len({*keys})
    for row in rows:
        alone = sum((one.of, one.code) == (row.of, row.code) for one in rows) == 1
        assert row.field or (row.note and not row.value and alone), row


def test_code_table_uses_names_of_the_standards() -> None:
    for row in code_table(CodeStandard.HTCDS).rows:
        values = HTCDS_NAMES[row.field].split() if row.field else [""]
        assert row.value in (values or [""]), row
    table = code_table(CodeStandard.ICTIP)
    assert {row.field for row in table.rows} <= {*ELEMENTS, ""}
    assert "elements" in table.how
    assert "conform" not in " ".join((table.how, *(row.note for row in table.rows)))


def test_every_indicator_names_a_field_of_the_standard() -> None:
    named = {one.htcds for _, one in INDICATORS.values() if one.htcds}
    assert named
    assert named <= {*HTCDS_NAMES}


def test_code_table_claims_no_more_than_the_answer() -> None:
    rows = [one for one in code_table(CodeStandard.HTCDS).rows if one.field]

    def of(name: str, code: str) -> list[tuple[str, str]]:
        return [(one.field, one.value) for one in rows if (one.of, one.code) == (name, code)]

    assert [value for _, value in of("screened", "possible")] == ["PossibleVictimOfTrafficking"]
    assert of("screened", "not_indicated") == []
    assert [value for _, value in of("force", "yes")] == ["Other"]
    assert of("state", rules_labels.ANY) == [("prs_Citizenship", rules_labels.ANY)]
    assert {value for _, value in of("form", "false_offer")} == {"Recruitment"}
