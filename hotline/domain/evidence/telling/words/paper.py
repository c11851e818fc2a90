"""What stands on each printed page: Kinyarwanda, English, French. Pure."""

from collections.abc import Mapping

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition

TITLE = (
    "Umurongo wo kurwanya icuruzwa ry'abantu",
    "The line against human trafficking",
    "La ligne contre la traite des personnes",
)
REPORT_OF = ("Raporo: {period}", "Report: {period}", "Rapport: {period}")
FOR: Mapping[Edition, tuple[str, str, str]] = {
    Edition.INSIDE: (
        "Ni iy'abakorana n'umurongo gusa: ntitangazwa.",
        "For those who work with the line: not to be published.",
        "Pour ceux qui travaillent avec la ligne: ne pas publier.",
    ),
    Edition.OUTSIDE: (
        "Ni iya bose: ishobora gutangazwa.",
        "For everybody: it may be published.",
        "Pour tout le monde: peut être publié.",
    ),
}
EDITIONS: Mapping[Edition, tuple[str, str, str]] = {
    Edition.INSIDE: ("iy'imbere", "inside", "interne"),
    Edition.OUTSIDE: ("iya bose", "outside", "publique"),
}
VERSIONS: Mapping[MonthVersion, tuple[str, str, str]] = {
    MonthVersion.FIRST: ("ibarura rya mbere", "first count", "premier compte"),
    MonthVersion.REVISED: ("ibarura rya nyuma", "revised count", "compte révisé"),
}
FOOT = (
    "{period}, {edition}, {version}, byakozwe ku wa {made}; umubare w'umwimerere {digest}",
    "{period}, {edition}, {version}, made on {made}; digest {digest}",
    "{period}, édition {edition}, {version}, fait le {made}; empreinte {digest}",
)
WATERMARK = ("IMPIMBANO", "INVENTED", "INVENTÉ")
