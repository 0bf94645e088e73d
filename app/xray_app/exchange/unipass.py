"""Cargo progress from Korea's clearance system, by its open query interface (UNI-PASS API001).

    GET .../cargCsclPrgsInfoQry/retrieveCargCsclPrgsInfo
        ?crkyCn=KEY&cargMtNo=CARGO, or &hblNo=HOUSE_BILL&blYy=YEAR

The answer is XML: `tCnt` how many cargos, -1 for a refusal, `ntceInfo` its words, one
`cargCsclPrgsInfoQryVo` with what is known of the cargo and a `cargCsclPrgsInfoDtlQryVo` for each
step. Names and units are the interface's; put down from public clients of it, not tried against
the real one, which needs a key of one's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xray.errors import XrayError
from xray_app.addresses import redirected

TIMEOUT_S = 10.0
MAX_BYTES = 2**20  # a cargo of a hundred steps takes 30 KB
MOST_STEPS, MOST_LETTERS = 200, 500
KST = timezone(timedelta(hours=9))
FIELDS = {  # the interface's name → ours
    **{"cargMtNo": "cargo_number", "mblNo": "master_bill", "hblNo": "house_bill"},
    **{"csclPrgsStts": "clearance", "prgsStts": "progress", "cargTp": "cargo_type"},
    **{"prnm": "goods", "ttwg": "weight", "wghtUt": "weight_unit"},
    **{"pckGcnt": "packages", "pckUt": "package_unit", "cntrNo": "container"},
    **{"shipNm": "vessel", "ldprNm": "loaded_at", "dsprNm": "unloaded_at"},
    **{"etprDt": "arrived_on", "etprCstm": "customs_office", "mtTrgtCargYnNm": "managed"},
}


class ClearanceError(XrayError):
    """The clearance system could not be asked, or gave no answer that can be read."""


@dataclass(frozen=True)
class UniPass:
    """The open query interface.

    Attributes:
        url: of the query.
        key: the authority's, for this user.
        http: asks, where it may (`addresses.client`); follows no redirects.
    """

    url: str
    key: str
    http: httpx.Client

    def ask(self, declaration: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        """What is known of a cargo, as plain values; None: nothing.

        Args:
            declaration: holds `cargo_number`, or `house_bill` with or without `bill_year`.
            now: whose year is asked for where none is declared.

        Raises:
            ClearanceError: it cannot be reached, refuses, or its answer cannot be read.
            NotAllowed: it may not be called where it is, or sends us elsewhere.
        """
        asked = {"crkyCn": self.key}
        if "cargo_number" in declaration:
            asked["cargMtNo"] = declaration["cargo_number"]
        else:
            year = declaration.get("bill_year") or now.astimezone(KST).year
            asked |= {"hblNo": declaration["house_bill"], "blYy": str(year)}
        return read(self._get(asked))

    def _get(self, asked: dict[str, str]) -> bytes:
        said = bytearray()
        try:
            with self.http.stream("GET", self.url, params=asked, timeout=TIMEOUT_S) as answer:
                if answer.has_redirect_location:
                    raise redirected(answer)
                if answer.status_code != 200:
                    raise ClearanceError(f"the clearance system answered {answer.status_code}")
                for chunk in answer.iter_bytes():
                    said += chunk
                    if len(said) > MAX_BYTES:
                        raise ClearanceError(f"its answer is larger than {MAX_BYTES} bytes")
        except httpx.HTTPError as error:  # whose words hold the address, and that the key
            kind = type(error).__name__
            raise ClearanceError(f"the clearance system cannot be reached ({kind})") from None
        return bytes(said)


def read(xml: bytes) -> dict[str, Any] | None:
    """An answer as plain values; None: there is no such cargo.

    Raises:
        ClearanceError: it is no answer, a refusal, or of several cargos.
    """
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ClearanceError(f"its answer is no plain XML ({type(error).__name__})") from None
    if root.tag != "cargCsclPrgsInfoQryRtnVo":
        raise ClearanceError(f"its answer is of another kind: {root.tag[:40]}")
    cargos = root.findall("cargCsclPrgsInfoQryVo")
    count = _text(root, "tCnt")
    if len(cargos) == 1:
        known = {ours: _text(cargos[0], theirs) for theirs, ours in FIELDS.items()}
        return {k: v for k, v in known.items() if v} | {"steps": list(_steps(root))}
    if count == "0":
        return None
    if count == "-1" or not count:
        raise ClearanceError(f"the clearance system refused: {_text(root, 'ntceInfo')}")
    raise ClearanceError(f"{count} cargos go by this bill; declare the cargo number")


def _steps(root: Element) -> Iterator[dict[str, str]]:
    names = {"cargTrcnRelaBsopTpcd": "what", "shedNm": "where", "dclrNo": "declaration"}
    for step in root.findall("cargCsclPrgsInfoDtlQryVo")[:MOST_STEPS]:
        said = {ours: _text(step, theirs) for theirs, ours in names.items()}
        yield {k: v for k, v in said.items() if v} | {"at": _moment(_text(step, "prcsDttm"))}


def _moment(text: str) -> str:
    """14 digits of Korea's time; as they came where they are others."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=KST).isoformat()
    except ValueError:
        return text


def _text(element: Element, name: str) -> str:
    said = (element.findtext(name) or "").strip()
    return "".join(letter for letter in said if letter.isprintable())[:MOST_LETTERS]
