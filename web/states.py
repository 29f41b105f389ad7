"""What a state means to people: takes a state and a reason code, gives sentences in Vietnamese and English."""

from __future__ import annotations

from digitizer.errors import by_code
from storage.base import UNFINISHED, State
from web.schemas import Sentence

SENTENCES: dict[State, Sentence] = {
    State.RECEIVED: Sentence(vi="Đã nhận và lưu an toàn.", en="Received and kept safely."),
    State.QUEUED: Sentence(vi="Đang chờ đến lượt đọc.", en="Waiting to be read."),
    State.PROCESSING: Sentence(vi="Máy đang đọc tài liệu.", en="The document is being read."),
    State.NEEDS_REVIEW: Sentence(vi="Đã đọc xong, chờ cán bộ kiểm tra.", en="Read; a person must check it."),
    State.ACCEPTED: Sentence(vi="Đã đọc xong, không có điểm cần hỏi.", en="Read; nothing to ask."),
    State.PUBLISHED: Sentence(vi="Hồ sơ đã sẵn sàng cho hệ thống nghiệp vụ.", en="Ready for dossier systems."),
    State.AMENDED: Sentence(vi="Hồ sơ đã được sửa và công bố lại.", en="Corrected and published again."),
    State.REJECTED: Sentence(vi="Không dùng được bản quét này.", en="The scan cannot be used."),
    State.QUARANTINED: Sentence(
        vi="Máy không đọc được; cán bộ sẽ xem bản gốc.", en="Could not be read; a person must look at the original."
    ),
    State.ERASED: Sentence(vi="Dữ liệu đã được xóa.", en="The data has been erased."),
}


def clerk_sentence(state: State, reason_code: str) -> str | None:
    """What to do next, from the error's own sentence; None where nothing is to be done."""
    known = by_code().get(reason_code)
    if known:
        return known.clerk
    return SENTENCES[state].vi if state in (State.REJECTED, State.QUARANTINED) else None


def is_finished(state: State) -> bool:
    """True when the machine will do nothing more by itself."""
    return state not in UNFINISHED
