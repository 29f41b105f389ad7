"""Every page in English: no word of ours stays Vietnamese; what citizens wrote and forms print is marked as such."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Page, expect

from digitizer.document import Field, FieldStatus, Finding, Registry
from storage.base import State
from storage.checks_base import QualityRules
from storage.workbench import PersonRole
from tests.browser.desk import THREE, asked, box, mark, settled, start, waiting
from tests.browser.pictures import show_page
from tests.browser.test_kiosk import at_the_counter, lay_in, white
from tests.browser.world import Office

# Texts, and attributes that are spoken or shown, with a mark of Vietnamese, outside of what says that it is Vietnamese.
VIETNAMESE = """() => {
  const marked = /[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]/i;
  const found = new Set();
  const ours = (element) => element.closest("[lang]").getAttribute("lang") !== "vi";
  const walk = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const holder = node.parentElement;
      if (holder && !["SCRIPT", "STYLE"].includes(holder.tagName) && marked.test(node.data) && ours(holder)) {
        found.add(`${node.data.trim()} (in ${holder.outerHTML.slice(0, 80)})`);
      }
    }
    for (const element of root.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "alt", "placeholder"]) {
        const said = element.getAttribute(name) || "";
        if (marked.test(said) && ours(element)) found.add(`${element.tagName} ${name}: ${said}`);
      }
      for (const [name, said] of Object.entries(element.dataset)) {
        if (/^t[A-Z]/.test(name) && marked.test(said)) found.add(`${element.tagName} ${name}: ${said}`);
      }
    }
  };
  walk(document.documentElement);
  return [...found];
}"""


def vietnamese(page: Page) -> list[str]:
    return [str(text) for text in page.evaluate(VIETNAMESE)]


def troubled() -> tuple[Field, ...]:
    """Answers with findings, a registry's word, and one that is not there."""
    notes = (
        Finding("registry_disagrees", "enrich", "Khác với cơ sở dữ liệu dân cư.", 1, "child.sex"),
        Finding("registry_mismatch", "enrich", "Không khớp với cơ sở dữ liệu dân cư: họ tên, ngày sinh.", 1,
                "child.sex"),
    )
    return (
        *THREE[:2], asked(2, findings=notes, registry=Registry("disagrees", "Nam", "2026-11-29T00:00:00Z")),
        *THREE[3:4], replace(asked(4), status=FieldStatus.BLANK, raw="", value=None, required=True),
    )


ABOUT = (
    Finding("page_missing", "classify", "Thiếu trang: không thấy phần tiếp theo của mẫu sau trang này. "
            "Hãy quét lại đủ các trang.", 1),
    Finding("blurred", "clean", "Ảnh quét bị nhòe, chữ không rõ nét. Hãy lau mặt kính, giữ giấy phẳng và yên rồi "
            "quét lại.", 1),
)


def test_review_says_why_in_english(staff: Office) -> None:
    waiting(staff, troubled(), findings=ABOUT)
    staff.hire("an", PersonRole.SUPERVISOR)
    page = staff.page("an", "en", start="/review")
    assert vietnamese(page) == []
    start(page)
    expect(page.locator(".about")).to_contain_text("A page is missing: what the form prints after this page")
    why = page.locator('[data-field="child.full_name"] .why')
    expect(why).to_have_text("Not surely read: child.full_name.")
    sex = page.locator('[data-field="child.sex"]')
    expect(sex.locator(".why")).to_contain_text("Differs from the population register.")
    expect(sex.locator(".why")).to_contain_text("Does not agree with the population register: name, date of birth.")
    expect(page.locator('[data-field="requester.phone"] .why')).to_have_text(
        "A required field is blank: requester.phone.")
    assert vietnamese(page) == []


def test_what_is_typed_is_answered_in_english(staff: Office) -> None:
    waiting(staff)
    staff.hire("an", PersonRole.REVIEWER)
    page = staff.page("an", "en", start="/review")
    start(page)
    born = box(page, "child.date_of_birth")
    born.fill("32/13/2024")
    born.press("Enter")
    settled(page)
    expect(page.locator('[data-field="child.date_of_birth"] .why')).to_contain_text("no date that exists")
    mark(page, "child.date_of_birth", "look here")
    assert vietnamese(page) == []


def test_a_record_its_versions_and_the_lists(staff: Office) -> None:
    record = waiting(staff, troubled(), findings=ABOUT)
    staff.hire("an", PersonRole.SUPERVISOR, "*")
    page = staff.page("an", "en", start="/records")
    page.get_by_label("Search", exact=True).fill("nguyen thi mau")
    page.get_by_label("Search", exact=True).press("Enter")
    expect(page.locator("#hits tr")).to_have_count(1)
    assert vietnamese(page) == []
    page.goto("/records?form=")
    page.locator("#form").select_option("khai-sinh")
    expect(page.locator("#field option[value='child.full_name']")).to_have_count(1)
    assert vietnamese(page) == []
    page.goto(f"/records/{record}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    expect(page.get_by_text("Differs from the population register.").first).to_be_visible()
    assert vietnamese(page) == []
    page.goto(f"/records/{record}/redact")
    assert vietnamese(page) == []


def test_pages_of_quality_groups_overview_and_accounts(staff: Office) -> None:
    quality = staff.workbench.quality
    quality.set_rules(QualityRules(rate=1.0), "test")
    submission, _ = staff.world.record(state=State.ACCEPTED)
    show_page(staff, submission)
    waiting(staff, troubled(), findings=ABOUT)
    quality.hold("khai-sinh", "person_name", "test", "Thử dừng")
    staff.hire("an", PersonRole.SUPERVISOR, "*")
    staff.hire("chi", PersonRole.ADMINISTRATOR, "*")
    staff.hire("hai", PersonRole.SECOND_REVIEWER)
    pages = {"an": ("/review/quality", "/review/groups?kind=type-person_name", "/overview"), "chi": ("/people",),
             "hai": ("/review/check",)}
    for login, addresses in pages.items():
        page = staff.page(login, "en")
        for address in addresses:
            page.goto(address)
            assert vietnamese(page) == [], address


def test_signing_in_and_errors(staff: Office) -> None:
    page = staff.page("", "en", start="/login")
    page.get_by_label("Login").fill("nobody")
    page.get_by_label("Password").fill("wrong password 12")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Login or password is wrong.")
    assert vietnamese(page) == []
    staff.hire("an", PersonRole.REVIEWER)
    page = staff.page("an", "en")
    for address in ("/people", "/records/rec_none", "/no/such/page", "/review/record/rec_none"):
        page.goto(address)
        assert vietnamese(page) == [], address
    said = page.request.post("/review/next", data={}, headers={"X-CSRF-Token": "another"})
    assert said.json()["clerk"].startswith("The page was open too long or belongs to another session.")
    assert page.request.get("/v1/records/rec_none").json()["clerk"].startswith("Thiếu khóa truy cập")


def test_the_kiosk_tells_verdicts_in_english(counter: Office) -> None:
    page = at_the_counter(counter, language="en")
    lay_in(page, [{"name": "anything.pdf", "mimeType": "application/pdf", "buffer": b"no PDF at all"}])
    findings = page.locator(".tile .findings")
    expect(findings).to_contain_text("Only PDF, TIFF, JPEG and PNG are taken.", timeout=60_000)
    page.get_by_role("button", name="Remove").click()
    lay_in(page, [white()])
    expect(findings).to_contain_text("If the back is written on, scan that side", timeout=60_000)
    assert vietnamese(page) == []
