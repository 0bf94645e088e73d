"""What the codes of a case are called, in English; `languages` has them in the reader's."""

from collections.abc import Mapping

from xray.report import Outcome
from xray_app.cases.states import Disposition, Kind, Reason, Verdict

TIERS: Mapping[Outcome, str] = {
    Outcome.ALARM: "tier|Alarm",
    Outcome.UNKNOWN: "tier|Unknown",
    Outcome.CLEAR: "tier|Clear",
}
KINDS: Mapping[Kind, str] = {  # what a paper must say, so that it is not taken for a real one
    Kind.DEMO: "A case of a demo: nothing real was inspected",
    Kind.TEST: "A test: nothing real was inspected",
    Kind.PROJECTED: "A projected threat: it was not in what was inspected",
}
REASONS: Mapping[Reason, str] = {
    Reason.WEAPON: "reason|Weapon",
    Reason.EXPLOSIVE: "reason|Explosive",
    Reason.NARCOTICS: "reason|Narcotics",
    Reason.CONTRABAND: "reason|Contraband",
    Reason.NOT_AS_DECLARED: "reason|Not as declared",
    Reason.NOT_SEEN: "reason|Opaque",
    Reason.TAMPERED: "reason|Tampered",
    Reason.OTHER: "reason|Other",
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.CLEAR: "said|clear",
    Verdict.SUSPECT: "said|suspect, to be searched",
    Verdict.SEARCH: "said|search",
}
ENDED: Mapping[Disposition, str] = {
    Disposition.CLEARED: "ended|cleared",
    Disposition.CLEARED_BY_MACHINE: "ended|cleared by machine",
    Disposition.FOUND: "ended|found",
    Disposition.NOT_FOUND: "ended|not found",
}
DECLARED: Mapping[str, str] = {
    "hs_code": "HS code",
    "description": "Goods",
    "weight_kg": "Weight, kg",
    "origin": "Origin",
    "consignee": "Consignee",
}
