"""What goes over the wire, as models: takes the stored values, gives the JSON that OpenAPI describes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from digitizer.document import FieldStatus, PageClass
from digitizer.glance import PageVerdict
from storage.base import State


def rfc3339(moment: datetime) -> str:
    """UTC with Z, so that it can be put back into a query string as it is (a '+' would have to be escaped)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Time = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]


class Open(BaseModel):
    """Answers may gain members: clients ignore what they do not know."""

    model_config = ConfigDict(extra="allow")


class Sentence(BaseModel):
    vi: str
    en: str


class ProblemItem(BaseModel):
    pointer: str = Field(description="JSON pointer into the body, or `header:`, `query:`, `path:` and a name")
    detail: str
    code: str | None = Field(None, description="Of a correction that cannot be; the list is docs/api.md")


class ProblemDetails(Open):
    """RFC 9457. `clerk` is Vietnamese and may be shown to staff as it is; `detail` is for the operator."""

    type: str = Field(description="Address of the error's explanation; stable", examples=["/v1/errors/too_many_bytes"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable code; the list is docs/errors.md", examples=["too_many_bytes"])
    clerk: str
    instance: str = Field(description="This occurrence; the same id stands in the server's log and in X-Request-Id")
    errors: list[ProblemItem] | None = None


class SubmissionLinks(BaseModel):
    self: str
    events: str


class ReceivedFile(BaseModel):
    sha256: str
    size_bytes: int
    media_type: str


class Receipt(BaseModel):
    """The answer to an upload: kept safely, whatever happens next."""

    id: str
    state: State
    state_text: Sentence
    sha256: str = Field(description="SHA-256 of the bytes as they came; compare it with your own")
    size_bytes: int
    media_type: str
    files: list[ReceivedFile] = Field(
        default=[], description="Of several files each as it came; the members above are then of the PDF they were "
        "bound to"
    )
    links: SubmissionLinks


class ReasonOut(Open):
    code: str
    message: str
    field: str | None = None


class SubmittedDocument(BaseModel):
    """One document found in the file. Reasons hold no personal data, so a kiosk may show them."""

    record_id: str
    form_id: str | None
    form_name: str | None
    state: State
    reasons: list[ReasonOut]
    href: str


class SubmissionOut(BaseModel):
    id: str
    state: State
    state_text: Sentence
    finished: bool = Field(description="True when the machine will do nothing more by itself")
    reason_code: str | None = Field(description="Of rejected and quarantined; the codes of docs/errors.md")
    clerk: str | None = Field(description="What to do next, in Vietnamese, where there is something to do")
    sha256: str
    size_bytes: int
    media_type: str
    form_hint: str | None
    received_at: Time
    updated_at: Time
    documents: list[SubmittedDocument]
    links: SubmissionLinks


class RecordLinks(BaseModel):
    self: str
    versions: str
    original: str
    submission: str
    form_schema: str | None = None


class FormRef(Open):
    id: str | None
    edition: str | None
    confidence: float


class RecordFindingOut(Open):
    """Something a person may have to know; the codes are in docs/errors.md."""

    code: str
    stage: str
    message: str = Field(description="Vietnamese, for the clerk; no personal data")
    page: int | None = None
    field: str | None = None
    polygon_mm: list[list[float]] = Field(default=[], description="Where on the page, in millimetres from its top left")


class FieldOut(Open):
    """`raw` is the text as written; `value` its normal form. A corrected field carries `correction.was_read`."""

    label: str
    type: str
    status: FieldStatus
    raw: str
    value: Any = None
    confidence: float
    source: str
    page: int | None
    polygon_mm: list[list[list[float]]]
    candidates: list[str]
    findings: list[RecordFindingOut]


class FindingOut(Open):
    """What to tell the clerk. `polygon_mm` is empty where the whole page is meant."""

    code: str = Field(description="Stable; the list is docs/errors.md", examples=["blurred"])
    verdict: PageVerdict
    message: str = Field(description="Vietnamese, says what to do, free of personal data")
    page: int | None
    field: str | None
    polygon_mm: list[list[float]]


class PictureOut(BaseModel):
    """The page upright and flattened, to be shown with what is marked on it: millimetres times dpi / 25.4 are px."""

    jpeg: str = Field(description="Base64")
    width_px: int
    height_px: int
    dpi: float


class PrintedOut(BaseModel):
    """Printed things of one form that stand on the page, by number: how pages of several files are put together."""

    form_id: str
    edition: str
    items: list[int]


class CheckedPageOut(Open):
    page: int = Field(description="Counted from 1 in the file")
    verdict: PageVerdict = Field(description="The worst of its findings; usable where there is none")
    page_class: PageClass
    form_id: str | None
    edition: str | None
    form_name: str | None
    width_mm: float
    height_mm: float
    findings: list[FindingOut]
    printed: list[PrintedOut]
    picture: PictureOut | None


class CheckOut(Open):
    """What a quick look at a scan says."""

    verdict: PageVerdict
    sha256: str
    pages: list[CheckedPageOut] = Field(description="At most the first 20")
    missing: list[FindingOut] = Field(description="What can only be said of all pages of a document together")


class ClassedPageOut(BaseModel):
    page: int = Field(description="Counted from 1 in the file")
    kind: PageClass = Field(alias="class", description="Of a separator: a blank sheet, in `pages` of no record")

    model_config = ConfigDict(serialize_by_alias=True)


class DossierOut(BaseModel):
    """By the lead sheet before the document in the batch; `code` is empty where it could not be read."""

    code: str
    page: int = Field(description="The lead sheet's page in the file")
    confidence: float


class SealOut(BaseModel):
    """A red seal on the paper, lifted off for reading only."""

    page: int
    polygon_mm: list[list[float]]


class SignatureOut(BaseModel):
    """Whether something is written where one signs; not whose hand it is. No entry for a place that was not found."""

    role: str = Field(description="`requester`, `bride`, `groom`, `principal`, `agent`, `householder`, `owner`, "
                                  "`guardian`")
    label: str
    page: int
    polygon_mm: list[list[float]] = Field(description="The place where one signs")
    ink_mm: list[list[float]] = Field(description="Around what is written there; empty where nothing is")
    present: bool
    confidence: float = Field(description="Of `present`")


class RecordOut(Open):
    """The newest version. From `file` on, the same members as `digitizer read --json`."""

    id: str
    submission_id: str
    branch: str
    state: State
    state_text: Sentence
    version: int
    created_at: Time
    updated_at: Time
    media_type: str
    links: RecordLinks
    file: str
    pages: list[int] = Field(description="In the order of the form's print, which may not be that of the scan")
    page_classes: list[ClassedPageOut] = []
    dossier: DossierOut | None = None
    form: FormRef
    fields: dict[str, FieldOut]
    decision: dict[str, Any] | None = None
    findings: list[RecordFindingOut] = []
    seals: list[SealOut] = []
    signatures: list[SignatureOut] = []
    engine: dict[str, Any]
    sha256: str


class RecordPageOut(BaseModel):
    records: list[RecordOut]
    next_cursor: str | None = Field(description="Null on the last page")


class VersionOut(Open):
    version: int
    author: str = Field(description="Key id of the person's workplace, or `machine`")
    reason: str
    created_at: Time
    record: dict[str, Any]


class VersionsOut(BaseModel):
    record_id: str
    versions: list[VersionOut]


class EventOut(BaseModel):
    """A thin notice: fetch the object for more. Never personal data."""

    id: str
    type: str
    cursor: str
    submission_id: str
    record_id: str | None
    state: State
    version: int | None
    at: Time


class EventPageOut(BaseModel):
    events: list[EventOut]
    next_cursor: str | None = Field(description="Where to go on, also at the end: keep it and ask again later")
    has_more: bool


class FieldChange(BaseModel):
    """One field as a person says it is. Empty: what was read is right. `raw` alone: `value` is worked out again."""

    model_config = ConfigDict(extra="forbid")

    status: FieldStatus | None = None
    raw: str | None = Field(default=None, max_length=2000)
    value: str | int | bool | list[Any] | dict[str, Any] | None = None


def storable(value: Any) -> bool:
    if isinstance(value, str):
        return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(storable(k) and storable(v) for k, v in value.items())
    return all(storable(v) for v in value) if isinstance(value, list) else True


class CorrectionIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{
        "fields": {"child.full_name": {"raw": "Nguyễn Thị Mẫu"}, "child.sex": {}},
        "reason": "Đối chiếu với bản gốc",
    }]})

    fields: dict[str, FieldChange] = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        """No NUL and no half of a surrogate pair: databases refuse them, and no keyboard makes them."""
        if not storable(given):
            raise ValueError("not text")
        return given


class NamingIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"form": "ct01"}]})

    form: str = Field(min_length=1, max_length=64, description="An `id` of `GET /v1/forms`")
    edition: str | None = Field(default=None, max_length=64, description="Its newest one where left out")


class RereadOut(BaseModel):
    """A paper that is read again as a person named it, or that could not be."""

    form: str
    edition: str
    author: str = Field(description="Key id, or id of a person")
    asked_at: Time
    state: Literal["queued", "reading", "failed"] = Field(description="Failed: the record is in review as it was")
    reason_code: str | None = Field(description="Of failed; the codes of docs/errors.md")
    clerk: str | None = Field(description="Why, in Vietnamese")


class NamingOut(BaseModel):
    record_id: str
    form: FormRef = Field(description="As the record stands; `source` is `person` where a person has named it")
    reading: RereadOut | None


class FormOut(BaseModel):
    id: str
    edition: str
    name: str
    form_code: str
    regulation: str
    procedure_codes: list[str]
    valid_from: date
    valid_to: date | None
    schema_href: str


class FormsOut(BaseModel):
    forms: list[FormOut]


class LimitsOut(BaseModel):
    """What is refused; announced so that a kiosk can check before it sends."""

    media_types: list[str]
    upload_bytes: int
    pages: int
    page_pixels: int
    page_side_px: int
    page_side_pt: float
    document_pixels: int
    document_seconds: float
    file_name_characters: int
    idempotency_key_characters: int
    idempotency_key_days: int
    page_size: int


class ErrorOut(BaseModel):
    """One error of the list in docs/errors.md."""

    code: str
    title: str
    http_status: int
    exit_status: int
    clerk: str


class Health(BaseModel):
    status: Literal["ok"]
