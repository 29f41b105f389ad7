"""Every error the product raises, as one tree: takes what went wrong, gives code, exit status, HTTP status, a sentence.

DigitizerError
├─ UsageError                     the caller asked wrongly
├─ BadInput                       the bytes cannot become a document; another scan is needed
│   ├─ EmptyFile · TooManyBytes · UnsupportedType · TypeMismatch · BadFileName
│   ├─ EncryptedDocument · DamagedDocument
│   └─ TooManyPages · PageTooLarge · DecompressionBomb
├─ ReadingFailed                  the reader gave up; nobody's fault yet
│   └─ ReaderTimedOut · ReaderCrashed · ReaderOutOfMemory
├─ Refused                        who asks, or when, is wrong
│   ├─ Unauthenticated (SignedOut · WrongPassword) · Forbidden (ForeignForm) · NotFound · MethodNotAllowed
│   ├─ IdempotencyKeyMissing · IdempotencyKeyReused · IdempotencyInProgress
│   ├─ PreconditionMissing · PreconditionFailed · InvalidMove · NotPublished · TooManyRequests
│   └─ HeldByAnother · LeaseLost · BeingReadAgain
├─ IntegrityError                 stored bytes are not the bytes that came
├─ StaleFence                     somebody else has taken the work over
├─ Unavailable                    an outside part does not answer
│   └─ StoreUnavailable · DatabaseUnavailable · QueueUnavailable · RegistryUnavailable · EngineUnavailable ·
│       IdentityProviderUnavailable
└─ UnsafeSettings                 refused to start
"""

from __future__ import annotations


class DigitizerError(Exception):
    """Base of all. `detail` is for the operator, in English, never with a person's data; `clerk` is in Vietnamese, that
    of the class unless one is given."""

    code = "internal_error"
    exit_status = 1
    http_status = 500
    title = "Internal error"
    clerk = "Hệ thống gặp lỗi. Hồ sơ vẫn được giữ an toàn; hãy báo cho người quản trị."

    def __init__(self, detail: str = "", clerk: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.clerk = clerk or type(self).clerk


class UsageError(DigitizerError):
    code, exit_status, http_status, title = "invalid_request", 2, 422, "The request is not valid"
    clerk = "Yêu cầu chưa đúng. Hãy kiểm tra lại các thông tin gửi kèm."


class BadInput(DigitizerError):
    code, exit_status, http_status, title = "bad_input", 3, 422, "The file cannot be used"
    clerk = "Không dùng được tệp này. Hãy quét lại giấy tờ."


class EmptyFile(BadInput):
    code, title = "empty_file", "The file is empty"
    clerk = "Tệp rỗng, không có nội dung. Hãy quét lại giấy tờ rồi gửi lại."


class TooManyBytes(BadInput):
    code, http_status, title = "too_many_bytes", 413, "The file is larger than the limit"
    clerk = "Tệp lớn quá giới hạn. Hãy quét ở 300 dpi, hoặc chia thành nhiều tệp nhỏ hơn."


class UnsupportedType(BadInput):
    code, http_status, title = "unsupported_type", 415, "Not a PDF, TIFF, JPEG or PNG"
    clerk = "Chỉ nhận tệp PDF, TIFF, JPEG hoặc PNG. Hãy lưu bản quét ở một trong các dạng này."


class TypeMismatch(BadInput):
    code, http_status, title = "type_mismatch", 415, "The file's name or declared type does not match its content"
    clerk = "Đuôi tệp không khớp với nội dung. Hãy đổi đúng đuôi tệp hoặc quét lại."


class BadFileName(BadInput):
    code, title = "bad_file_name", "The file name holds a path, control characters, or is too long"
    clerk = "Tên tệp không hợp lệ. Hãy đặt tên ngắn, không có dấu / \\ hoặc ký tự lạ, rồi gửi lại."


class EncryptedDocument(BadInput):
    code, title = "encrypted", "The document is protected by a password"
    clerk = "Tệp có mật khẩu. Hãy gửi bản không đặt mật khẩu."


class DamagedDocument(BadInput):
    code, title = "damaged", "The document is damaged or cut short"
    clerk = "Tệp bị hỏng hoặc chưa gửi hết. Hãy quét lại giấy tờ."


class TooManyPages(BadInput):
    code, title = "too_many_pages", "The document has more pages than the limit"
    clerk = "Tài liệu có quá nhiều trang. Hãy chia thành nhiều lần gửi."


class PageTooLarge(BadInput):
    code, title = "page_too_large", "A page is larger than the limit"
    clerk = "Có trang quá lớn. Hãy quét ở khổ A3 trở xuống, tối đa 400 dpi."


class DecompressionBomb(BadInput):
    code, title = "decompression_bomb", "The file unpacks to far more than its size allows"
    clerk = "Tệp không an toàn để mở. Hãy quét lại giấy tờ từ bản gốc."


class ReadingFailed(DigitizerError):
    code, exit_status, http_status, title = "reading_failed", 4, 500, "The document could not be read"
    clerk = "Máy chưa đọc được tài liệu này. Bản gốc đã được lưu; cán bộ sẽ xử lý bằng tay."


class ReaderTimedOut(ReadingFailed):
    code, title = "reader_timed_out", "Reading took longer than the limit and was stopped"


class ReaderCrashed(ReadingFailed):
    code, title = "reader_crashed", "The reading process died"


class ReaderOutOfMemory(ReadingFailed):
    code, title = "reader_out_of_memory", "Reading needed more memory than the limit"


class Refused(DigitizerError):
    code, exit_status, http_status, title = "refused", 5, 403, "Refused"
    clerk = "Yêu cầu bị từ chối."


class Unauthenticated(Refused):
    code, http_status, title = "unauthenticated", 401, "A valid key is needed"
    clerk = "Thiếu khóa truy cập hoặc khóa không còn hiệu lực. Hãy báo người quản trị cấp khóa cho thiết bị."


class SignedOut(Unauthenticated):
    code, title = "signed_out", "Nobody is signed in here, or the session has ended"
    clerk = "Phiên làm việc đã hết hạn. Hãy đăng nhập lại."


class WrongPassword(Unauthenticated):
    code, title = "wrong_password", "Login and password do not fit, or the account is closed"
    clerk = "Tên đăng nhập hoặc mật khẩu không đúng. Hãy nhập lại, hoặc báo người quản trị nếu quên mật khẩu."


class Forbidden(Refused):
    code, title = "forbidden", "This key or account may not do that"
    clerk = "Khóa hoặc tài khoản này không được phép làm việc đó."


class ForeignForm(Forbidden):
    code, title = "foreign_form", "The change did not come from a page of this session"
    clerk = "Trang đã mở quá lâu hoặc không thuộc phiên này. Hãy tải lại trang rồi làm lại."


class NotFound(Refused):
    code, http_status, title = "not_found", 404, "There is nothing here"
    clerk = "Không tìm thấy nội dung yêu cầu."


class MethodNotAllowed(Refused):
    code, http_status, title = "method_not_allowed", 405, "This address does not answer that method"
    clerk = "Địa chỉ này không nhận thao tác đó."


class IdempotencyKeyMissing(Refused):
    code, http_status, title = "idempotency_key_missing", 400, "POST needs an Idempotency-Key header"
    clerk = "Thiếu mã chống gửi trùng (Idempotency-Key). Hãy cập nhật phần mềm quét."


class IdempotencyKeyReused(Refused):
    code, http_status, title = "idempotency_key_reused", 422, "This Idempotency-Key came before with another body"
    clerk = "Mã gửi này đã dùng cho tệp khác. Hãy gửi lại với mã mới."


class IdempotencyInProgress(Refused):
    code, http_status, title = "idempotency_in_progress", 409, "A request with this Idempotency-Key is still running"
    clerk = "Lần gửi trước đang được xử lý. Hãy chờ vài giây rồi gửi lại."


class PreconditionMissing(Refused):
    code, http_status, title = "precondition_missing", 428, "This change needs an If-Match header"
    clerk = "Thiếu số phiên bản của hồ sơ. Hãy tải lại hồ sơ trước khi sửa."


class PreconditionFailed(Refused):
    code, http_status, title = "precondition_failed", 412, "The record has changed since it was fetched"
    clerk = "Hồ sơ đã được người khác sửa. Hãy tải lại rồi sửa tiếp."


class InvalidMove(Refused):
    code, http_status, title = "invalid_move", 409, "The document is in a state that does not allow this"
    clerk = "Trạng thái hiện tại của hồ sơ không cho phép thao tác này."


class NotPublished(Refused):
    code, http_status, title = "not_published", 409, "The record still waits for a person's check"
    clerk = "Hồ sơ đang chờ cán bộ kiểm tra, chưa được công bố. Hãy thử lại sau."


class TooManyRequests(Refused):
    code, http_status, title = "too_many_requests", 429, "Too many requests or too much work waiting"
    clerk = "Đang có quá nhiều yêu cầu. Hãy thử lại sau ít phút."


class HeldByAnother(Refused):
    code, http_status, title = "held_by_another", 409, "Somebody else is working on this record"
    clerk = "Hồ sơ đang có người khác kiểm tra. Hãy nhận hồ sơ khác, hoặc chờ người đó trả lại."


class LeaseLost(Refused):
    code, http_status, title = "lease_lost", 409, "The record was taken by somebody else or in another window"
    clerk = "Hồ sơ đã được người khác hoặc cửa sổ khác nhận. Những gì đã lưu nháp vẫn còn; hãy nhận lại hồ sơ."


class BeingReadAgain(Refused):
    code, http_status, title = "being_read_again", 409, "The record is being read again as the form a person named"
    clerk = "Hồ sơ đang được máy đọc lại theo mẫu đã chọn. Khi đọc xong, hồ sơ trở lại hàng chờ kiểm tra."


class IntegrityError(DigitizerError):
    code, exit_status, http_status, title = "integrity_error", 6, 500, "Stored bytes do not match their recorded hash"
    clerk = "Bản lưu không còn nguyên vẹn nên không được hiển thị. Hãy báo ngay cho người quản trị."


class StaleFence(DigitizerError):
    code, exit_status, http_status, title = "stale_fence", 7, 409, "Another worker has taken this document over"


class Unavailable(DigitizerError):
    code, exit_status, http_status, title = "unavailable", 8, 503, "A part of the system does not answer"
    clerk = "Hệ thống tạm thời chưa sẵn sàng. Hãy thử lại sau ít phút."


class StoreUnavailable(Unavailable):
    code, title = "store_unavailable", "The object store does not answer"


class DatabaseUnavailable(Unavailable):
    code, title = "database_unavailable", "The database does not answer"


class QueueUnavailable(Unavailable):
    code, title = "queue_unavailable", "Redis does not answer"


class RegistryUnavailable(Unavailable):
    code, title = "registry_unavailable", "The population registry does not answer"


class IdentityProviderUnavailable(Unavailable):
    code, title = "identity_provider_unavailable", "The identity provider does not answer as it should"
    clerk = "Hệ thống đăng nhập của Trung tâm chưa trả lời. Hãy thử lại, hoặc đăng nhập bằng mật khẩu riêng."


class EngineUnavailable(Unavailable):
    code, title = "engine_unavailable", "The recognition engine is not installed"


class UnsafeSettings(DigitizerError):
    code, exit_status, title = "unsafe_settings", 9, "Refused to start with these settings"


def by_code() -> dict[str, type[DigitizerError]]:
    """All error classes of the tree, by their stable code."""
    found: dict[str, type[DigitizerError]] = {}
    waiting: list[type[DigitizerError]] = [DigitizerError]
    while waiting:
        error = waiting.pop()
        found[error.code] = error
        waiting.extend(error.__subclasses__())
    return found
