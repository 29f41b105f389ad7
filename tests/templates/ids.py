"""The ids of every form's answers in printed order, as the product promises them."""

from __future__ import annotations

PERSON = ("full_name", "date_of_birth", "residence", "identity_paper")
PARENT = ("full_name", "date_of_birth", "ethnicity", "nationality", "residence", "identity_paper")
SUBJECT = ("full_name", "date_of_birth", "sex", "ethnicity", "nationality", "residence", "identity_paper")
PLACE = ("detail", "commune", "province")
ASSISTED = (
    "full_name", "date_of_birth", "sex", "ethnicity", "identity_paper", "identity_issued_on", "identity_issuer",
    "residence", "living_with",
)
KINDS = ("social_insurance", "social_protection", "merit", "other")
BENEFITS = tuple(name for kind in KINDS for name in (kind, f"{kind}_since"))
IMPAIRMENTS = {
    "movement": ("limp_or_rigid", "hand", "leg", "weak_or_paralysed", "deformed", "certified"),
    "hearing_speech": ("no_speech", "unclear_speech", "deaf", "speech_organs", "ears", "certified"),
    "sight": ("blind", "eye_missing", "sees_badly", "colours", "eye_disease", "deformed", "certified"),
    "mental": ("withdrawn", "agitated", "seizures", "memory", "certified"),
    "intellect": ("recognition", "slow", "learning", "certified"),
    "others": ("numbness", "inner_disease", "autism_or_rare"),
}
ACTIVITIES = (
    "walking", "eating", "toilet", "washing", "dressing", "understanding", "speaking", "working", "society", "learning",
)
SCHOOLING = ("not_yet", "not_yet_reason", "stopped", "stopped_reason", "attending", "attending_at")
PAPER = ("identity_paper", "identity_issuer", "identity_issued_on")
MACHINE = ("make", "model", "kind", "capacity", "power")
SEATS = ("payload", "seats", "standing", "lying")
MASSES = ("kerb_mass", "gross_mass", "towed_mass")
DISABILITY = ("present", "certificate", "issued_on", "issuer", "kind", "degree")


def block(name: str, leaves: tuple[str, ...]) -> list[str]:
    return [f"{name}.{leaf}" for leaf in leaves]


IDS = {
    "khai-sinh": [
        "authority", *block("requester", (*PERSON, "relation")),
        *block("child", ("full_name", "date_of_birth", "date_of_birth_words", "sex", "ethnicity", "nationality",
                         "place_of_birth", "home_town")),
        *block("mother", PARENT), *block("father", PARENT),
        *block("parents_marriage", ("number", "book", "date", "authority")), "place_and_date",
        *block("copies", ("wanted", "count")),
    ],
    "khai-tu": [
        "authority", *block("requester", (*PERSON, "relation")),
        *block("deceased", (*SUBJECT, "died_at", "place_of_death", "cause_of_death")),
        *block("death_notice", ("kind", "number", "issuer", "date")), "place_and_date",
        *block("copies", ("wanted", "count")),
    ],
    "xac-nhan-hon-nhan": [
        "authority", *block("requester", (*PERSON, "relation")), *block("subject", (*SUBJECT, "marital_status")),
        "purpose", "place_and_date",
    ],
    "ct01": [
        "authority", *block("subject", ("full_name", "date_of_birth", "sex", "personal_id", "phone", "email")),
        *block("householder", ("full_name", "relation", "personal_id")), "request",
        *block("members[n]", ("full_name", "date_of_birth", "sex", "personal_id", "relation")),
    ],
    "cai-chinh": [
        "authority", *block("requester", (*PERSON, "relation")), "request", *block("subject", SUBJECT),
        *block("registered", ("event", "authority", "date", "number", "book")),
        *block("change", ("content", "reason")), *block("copies", ("wanted", "count")), "place_and_date",
    ],
    "trich-luc": [
        "authority", *block("requester", (*PERSON, "relation")), "registered.event", *block("subject", SUBJECT),
        *block("registered", ("authority", "date", "number", "book")), "other_information", "copies.count",
        "place_and_date",
    ],
    "dat-dai": [
        "authority", *block("owner", ("name", "identity_paper", "residence", "phone", "email")),
        *block("parcel", ("number", "map_sheet", "address", "area", "area_shared", "area_own", "purpose", "used_since",
                          "term", "origin")),
        *block("neighbour", ("parcel_number", "map_sheet", "owner", "right")),
        *block("building", ("kind", "footprint", "floor_area", "area_shared", "area_own", "storeys", "storeys_above",
                            "storeys_below", "origin", "completed", "term", "pledge")),
        *block("request", ("registration", "certificate", "deferred_fee", "other")),
        *block("attachments", ("first", "second")), "signed_on",
    ],
    "ho-kinh-doanh": [
        "signed_on", "authority",
        *block("owner", ("full_name", "date_of_birth", "sex", "personal_id", "phone", "email", "ethnicity",
                         "nationality")),
        *block("permanent_residence", PLACE), *block("current_residence", PLACE),
        *block("business", ("name", "foreign_name", "short_name")),
        *block("office", (*PLACE, "phone", "fax", "email", "website", "unused")),
        *block("industries[n]", ("name", "code", "main")), "capital", *block("tax_notice", (*PLACE, "phone", "email")),
        "starts_on", "workers", "vat_method", "founders",
        *block("household[n]", ("full_name", "date_of_birth", "personal_id", "sex", "nationality", "ethnicity",
                                "permanent_residence", "current_residence")),
    ],
    "khuyet-tat": [
        *block("authority", ("commune", "district", "province")), "request",
        *block("subject", ("full_name", "date_of_birth", "sex", "identity_paper", "residence")),
        *block("representative", ("full_name", "relation", "identity_paper", "residence", "phone")),
        *(name for kind, leaves in IMPAIRMENTS.items() for name in block(f"impairments.{kind}", ("any", *leaves))),
        *block("activities", ACTIVITIES), "signed_on",
    ],
    "ket-hon": [
        "authority",
        *(f"{who}.{leaf}" for leaf in ("full_name", "date_of_birth", "ethnicity", "nationality", "residence",
                                       "identity_paper", "marriage_number") for who in ("bride", "groom")),
        *block("copies", ("wanted", "count")), "place_and_date",
    ],
    "tro-giup-xa-hoi-1a": [
        *block("subject", ASSISTED),
        *block("schooling", SCHOOLING),
        "health_card", *block("benefits", BENEFITS), "poor_household", *block("disability", DISABILITY),
        *block("parent", ("description", *BENEFITS)), "father.description", "signed_on",
    ],
    "tro-giup-xa-hoi-1d": [
        *block("subject", ASSISTED), "health_card", *block("benefits", BENEFITS), "poor_household",
        *block("disability", DISABILITY), "subject.marriage", "supporter", "life_course", "signed_on",
    ],
    "tro-giup-xa-hoi-1b": [
        *block("subject", ASSISTED), *block("schooling", SCHOOLING), "health_card", *block("benefits", BENEFITS),
        "poor_household", *block("disability", DISABILITY), "signed_on",
    ],
    "tro-giup-xa-hoi-1c": [
        *block("subject", ASSISTED), "health_card", *block("benefits", BENEFITS), "poor_household",
        *block("disability", DISABILITY), "subject.marriage",
        *block("children", ("count", "under_16", "from_16_to_22", "first", "others")), "signed_on",
    ],
    "nhan-cha-me-con": [
        "authority", *block("requester", (*PERSON, "relation_to_claimant")),
        *block("subject", (*SUBJECT, "relation")),
        *block("other", SUBJECT), "pledge.relation", "place_and_date", *block("copies", ("wanted", "count")),
    ],
    "giam-ho": [
        "authority", *block("requester", PERSON), *block("guardian", SUBJECT), *block("ward", SUBJECT), "reason",
        "place_and_date",
    ],
    "cham-dut-giam-ho": [
        "authority", *block("requester", PERSON), *block("guardian", SUBJECT), *block("ward", SUBJECT),
        *block("registered", ("authority", "date", "number", "book")), "reason", "place_and_date",
    ],
    "ct02": [
        "authority",
        *block("subject", ("full_name", "foreign_name", "date_of_birth", "sex", "ethnicity", "religion", "personal_id",
                           "phone", "email", "foreign_nationality")),
        *block("passport", ("number", "issued_on", "issuer", "valid_until")), "subject.occupation_abroad",
        *block("history[n]", ("period", "residence", "occupation")), "family", "subject.residence_abroad",
        "subject.residence", "request", *block("householder", ("full_name", "relation", "personal_id")),
    ],
    "bien-dong-dat-dai": [
        "authority", *block("owner", ("name", "identity_paper", "residence", "phone", "email")),
        *block("certificate", ("register_number", "serial", "issued_on")), *block("change", ("content", "papers")),
        "attachments", "request.new_certificate", "signed_on",
    ],
    "mai-tang": [
        *block("deceased", ("full_name", "date_of_birth", "sex", "ethnicity", "residence", "died_on",
                            "cause_of_death")),
        *block("burial", ("time", "place")), *block("organization", ("name", "address", "representative", "position")),
        *block("requester", ("full_name", "date_of_birth", "identity_paper", "identity_issued_on", "identity_issuer",
                             "permanent_residence", "residence", "relation")), "signed_on",
    ],
    "gplx": [
        "authority",
        *block("subject", ("full_name", "date_of_birth", "identity_paper", "identity_issued_on", "identity_issuer")),
        *block("training", ("school", "year")), *block("licence", ("class", "number", "issuer", "issued_on")),
        *block("request", ("class", "reason", "combined")), "violations", "signed_on",
    ],
    "uy-quyen": [
        *block("principal", ("full_name", "date_of_birth", "insurance_number", "benefit", "phone", *PAPER,
                             "residence")),
        *block("agent", ("full_name", "date_of_birth", *PAPER, "residence", "phone")), "content", "term", "signed_on",
    ],
    "tk1-ts": [
        *block("subject", ("full_name", "sex", "date_of_birth", "nationality", "ethnicity", "identity_paper", "phone",
                           "email")),
        *block("birth_registered", ("commune", "district", "province")), "guardian.full_name", "result_by",
        *block("residence", ("detail", "commune", "district", "province")),
    ],
    "can-cuoc": [
        *block("subject", ("full_name", "other_name", "date_of_birth", "sex", "personal_id", "ethnicity", "religion",
                           "nationality", "marriage", "blood_type", "birth_registered_at", "home_town",
                           "permanent_residence", "residence", "occupation", "education")),
        *(name for who in ("father", "mother", "spouse", "representative", "householder")
          for name in block(who, ("full_name", "nationality", "personal_id"))),
        "householder.relation", *block("request", ("card", "confirmation", "post", "address", "phone")), "signed_on",
    ],
    "giay-phep-xay-dung": [
        "authority", *block("owner", ("name", "personal_id", "representative", "position", "phone")),
        *block("site", ("parcel", "area", "street", "commune", "province")), "designer",
        *block("building", ("grade", "level", "setback", "footprint", "floor_area", "height", "storeys")), "duration",
        "attachments", "signed_on",
    ],
    "giay-tiep-nhan": [
        "issued_on", "dossier_code", "office", *block("applicant", ("full_name", "residence", "phone", "email")),
        "request", "papers", "sets", "processing_time", "received_at", "due_at", "collected_at",
        *block("register", ("book", "number")),
    ],
    "xe": [
        *block("plate", ("old", "new", "old_colour", "new_colour")), "online_dossier_code",
        *block("owner", ("name", "residence", "phone", "identity_number", "paper_kind", "paper_issuer",
                         "paper_issued_on")),
        *block("applicant", ("full_name", "identity_number", "phone")),
        *block("transport_permit", ("number", "issuer", "issued_on")),
        *block("vehicle", (*MACHINE, "engine_number", "chassis_number", "colour", *SEATS, "built_in", *MASSES,
                           "origin")),
        "fee_document", "reason", "attachments", "signed_on",
        *block("source", ("code", "maker", "import_declaration", "imported_on", "border_gate", *MACHINE,
                          "engine_number", "chassis_number", "colour", "built_in", *SEATS, *MASSES)),
        *block("fee", ("code", "phone", "taxpayer", "residence", "identity_number", "paper_kind", "paper_issuer",
                       "paper_issued_on", "tax_office", "plate", "kind", "make", "model", "engine_number",
                       "chassis_number", "capacity", "power", "built_in", *SEATS, "value", "amount", "paid_on",
                       "exemption", "notice_on")),
        *block("invoice", ("issued_on", "form", "series", "number", "kind", "seller", "seller_tax_code",
                           "seller_address", "buyer", "buyer_organization", "buyer_unit", "buyer_address",
                           "buyer_identity", "goods", "tax", "total", "total_words")),
    ],
    "the-can-cuoc/tt06-2021": [
        "personal_id", "full_name", "date_of_birth", "sex", "nationality", "home_town", "residence", "expires_on",
        "personal_features", "issued_on", "old_id_number",
    ],
    "the-can-cuoc/tt16-2024": [
        "personal_id", "full_name", "date_of_birth", "sex", "nationality", "residence", "place_of_birth", "issued_on",
        "expires_on", "old_id_number",
    ],
    "trich-luc-khai-sinh": [
        "number", "child.full_name", "child.date_of_birth", "child.date_of_birth_words", "child.sex",
        "child.ethnicity", "child.nationality", "child.place_of_birth", "child.home_town", "child.personal_id",
        "mother.full_name", "mother.date_of_birth", "mother.ethnicity", "mother.nationality", "mother.residence",
        "father.full_name", "father.date_of_birth", "father.ethnicity", "father.nationality", "father.residence",
        "registered.authority", "registered.number", "registered.date", "note", "place_and_date",
    ],
    "trich-luc-khai-tu": [
        "number", "deceased.full_name", "deceased.date_of_birth", "deceased.sex", "deceased.ethnicity",
        "deceased.nationality", "deceased.personal_id", "deceased.identity_paper", "deceased.died_at",
        "deceased.place_of_death", "deceased.cause_of_death", "death_notice.number", "requester.full_name",
        "registered.authority", "registered.number", "registered.date", "note", "place_and_date",
    ],
    "trich-luc-ket-hon": [
        "number", "wife.full_name", "wife.date_of_birth", "wife.ethnicity", "wife.nationality", "wife.residence",
        "wife.identity_paper", "husband.full_name", "husband.date_of_birth", "husband.ethnicity",
        "husband.nationality", "husband.residence", "husband.identity_paper", "registered.authority",
        "registered.number", "registered.date", "note", "place_and_date",
    ],
    "giay-chung-nhan-ket-hon": [
        "number", "wife.full_name", "wife.date_of_birth", "wife.ethnicity", "wife.nationality", "wife.residence",
        "wife.identity_paper", "husband.full_name", "husband.date_of_birth", "husband.ethnicity",
        "husband.nationality", "husband.residence", "husband.identity_paper", "registered.authority",
        "registered.date", "place_and_date",
    ],
    "giay-xac-nhan-hon-nhan": [
        "number", "requester.full_name", "subject.full_name", "subject.date_of_birth", "subject.sex",
        "subject.ethnicity", "subject.nationality", "subject.identity_paper", "subject.residence",
        "period.residence", "period.from", "period.to", "subject.marital_status", "purpose", "place_and_date",
    ],
    "giay-chung-sinh": [
        "hospital", "number", "book", "mother.full_name", "mother.date_of_birth", "mother.residence",
        "mother.personal_id", "mother.insurance_number", "mother.ethnicity", "father.full_name", "child.born_at",
        "child.place_of_birth", "mother.births", "mother.living_children", "child.number_born", "child.sex",
        "child.weight", "child.condition", "child.full_name", "midwife", "place_and_date",
    ],
    "giay-bao-tu": [
        "hospital", "number", "deceased.full_name", "deceased.date_of_birth", "deceased.sex", "deceased.ethnicity",
        "deceased.nationality", "deceased.residence", "deceased.identity_paper", "admitted_at", "deceased.died_at",
        "deceased.cause_of_death", "relative.full_name", "place_and_date",
    ],
    "ct07": [
        "number", "requester.full_name", "requester.personal_id", "subject.full_name", "subject.date_of_birth",
        "subject.sex", "subject.personal_id", "subject.ethnicity", "subject.religion", "subject.home_town",
        "subject.birth_registered_at", "subject.permanent_residence", "subject.temporary_residence",
        "subject.current_residence", "householder.full_name", "householder.relation", "householder.personal_id",
        "members[n].full_name", "members[n].date_of_birth", "members[n].sex", "members[n].personal_id",
        "members[n].relation", "other_information", "valid_until", "place_and_date",
    ],
    "van-ban-hanh-chinh": ["agency", "number", "place_and_date", "document_type", "subject"],
}
