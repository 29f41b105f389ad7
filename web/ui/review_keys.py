"""The keys of the review page: one table that the page listens by, its help shows and docs/workbench.md repeats.

Nothing on bare letters or digits, so that no input method (Telex, VNI) can set one off. `codes` are KeyboardEvent.code,
the place on the keyboard, since a Vietnamese layout has other letters on the digits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """shown: as printed on the keys. codes: what the page listens for, '' where the browser or the field does it by
    itself. alt: with Alt held down. says: what it does."""

    shown: str
    says: str
    action: str = ""
    codes: tuple[str, ...] = ()
    alt: bool = True


_DIGITS = tuple(f"Digit{n}" for n in range(1, 10))
KEYS: tuple[Key, ...] = (
    Key("Enter", "Nhận mục này, tới mục cần xem tiếp theo; sau mục cuối: hỏi phát hành, Enter lần nữa để phát hành"),
    Key("Tab, Shift+Tab", "Mục sau, mục trước (mọi mục)"),
    Key("Alt+1 … Alt+9", "Lấy cách đọc khác mang số đó", "candidate", _DIGITS),
    Key("Alt+0, Alt+R", "Lấy giá trị của cơ sở dữ liệu dân cư", "registry", ("Digit0", "KeyR")),
    Key("Alt+B", "Để trống", "blank", ("KeyB",)),
    Key("Alt+S", "Gạch bỏ", "struck", ("KeyS",)),
    Key("Alt+I", "Không đọc được", "illegible", ("KeyI",)),
    Key("Alt+A", "Thêm hàng mà máy bỏ sót vào bảng", "row-add", ("KeyA",)),
    Key("Alt+Delete", "Bỏ hàng tự thêm; hàng máy thấy thì để trống cả hàng", "row-off", ("Delete",)),
    Key("Alt+Z", "Hoàn tác, đến khi phát hành", "undo", ("KeyZ",)),
    Key("Alt+Enter", "Phát hành hồ sơ", "finish", ("Enter", "NumpadEnter")),
    Key("Alt+P", "Hoãn lại", "postpone", ("KeyP",)),
    Key("Alt+X", "Từ chối bản quét", "reject", ("KeyX",)),
    Key("Alt+M", "Chọn mẫu cho giấy và đọc lại", "form", ("KeyM",)),
    Key("Alt+E", "Chuyển cấp trên", "escalate", ("KeyE",)),
    Key("Alt+H", "Trả lại hàng chờ", "back", ("KeyH",)),
    Key("Alt++, Alt+-", "Phóng to, thu nhỏ trang", "zoom", ("Equal", "NumpadAdd", "Minus", "NumpadSubtract")),
    Key("Alt+T", "Xem cả trang", "whole", ("KeyT",)),
    Key("Alt+↑ ↓ ← →", "Dời trang", "pan", ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight")),
    Key("Alt+PageUp, Alt+PageDown", "Trang trước, trang sau", "turn", ("PageUp", "PageDown")),
    Key("Alt+K", "Ẩn, hiện khung", "box", ("KeyK",)),
    Key("F1; ? ngoài ô nhập", "Bảng phím", "help", ("F1",), False),
)
