"""PAdES B-T by pyHanko: a signature in the PDF with a time stamp (RFC 3161) over it, appended to the file, so that what
was signed before stays as it was, byte for byte. Imported when the first paper is signed: it takes a second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms, tsp
from cryptography import x509
from pyhanko.keys import internal
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cloudnego.signing.authority import INTERNAL, Authority, Certified
from cloudnego.signing.provider import Place, Signatory

POLICY: Final = "2.25.311480573046915274283146293021472310417"
"""Our own policy of time stamps, an OID that anybody may have (ITU-T X.667): the machine's clock, nothing beyond it."""
_WHOLE: Final = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0))


def signed(authority: Authority, pdf: bytes, who: Signatory, place: Place, *, seen: bytes, now: datetime) -> bytes:
    """The file with one more signature, under a key that is used for it alone."""
    made = authority.certify(who.name, who.role, who.person, now)
    meta = PdfSignatureMetadata(
        field_name=who.field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=who.name,
        reason=f"{who.role}，记录 {who.entry}，设备密钥 {who.mark}", location=INTERNAL,
    )  # fmt: skip
    signer = PdfSigner(
        meta,
        signer=_signer(made, authority),
        timestamper=Stamper(authority, now),
        stamp_style=StaticStampStyle(background=_Page(seen), background_layout=_WHOLE, border_width=0),
        new_field_spec=SigFieldSpec(who.field, on_page=place.page, box=place.box, readable_field_name=who.role),
    )
    # what is appended begins on a line of its own, which the printed file leaves open (ISO 19005-2, 6.1.9)
    out = signer.sign_pdf(_Appended(BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n")))
    return bytes(out.getbuffer())


class _Appended(IncrementalPdfFileWriter):
    """What is put after a file says no later version of it: PDF/A-2 is of PDF 1.7 (ISO 19005-2, 6.1.2), and nothing of
    2.0 is used but names for curves that readers know without."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]


def certificate(one: x509.Certificate) -> Any:
    """As pyHanko has it."""
    return internal.translate_pyca_cryptography_cert_to_asn1(one)


def _signer(made: Certified, authority: Authority) -> Any:
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register(certificate(authority.root.certificate))
    key = internal.translate_pyca_cryptography_key_to_asn1(made.key)
    return SimpleSigner(certificate(made.certificate), key, registry)


class Stamper(TimeStamper):
    """Time stamps by the installation's own key: its clock, and nothing that vouches for it."""

    def __init__(self, authority: Authority, now: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._signer: Final = _signer(authority.stamps, authority)
        self._now: Final = now

    async def async_request_tsa_response(self, req: Any) -> Any:
        """Answers as a server would (RFC 3161, 2.4.2)."""
        info = tsp.TSTInfo(
            {
                "version": "v1", "policy": POLICY, "message_imprint": req["message_imprint"],
                "serial_number": x509.random_serial_number(), "gen_time": self._now.astimezone(UTC),
                "nonce": req["nonce"],
            }
        )  # fmt: skip
        content = cms.EncapsulatedContentInfo(
            {"content_type": "tst_info", "content": cms.ParsableOctetString(info.dump())}
        )
        token = await self._signer.async_sign_general_data(content, "sha256", detached=False)
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})


class _Page(PdfContent):
    """A page of another PDF as what is seen of a signature."""

    def __init__(self, seen: bytes) -> None:
        super().__init__()
        self._seen: Final = seen

    def render(self) -> bytes:
        drawn = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._seen)), page_ix=0)
        self.resources.xobject["/Seen"] = drawn
        left, low, right, high = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(high - low))
        return b"/Seen Do"
