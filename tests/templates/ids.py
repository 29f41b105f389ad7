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
        *block("death_notice", ("number", "issuer", "date")), "place_and_date", *block("copies", ("wanted", "count")),
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
        *block("representative", ("full_name", "relation", "identity_paper", "residence", "phone")), "signed_on",
    ],
    "tro-giup-xa-hoi-1a": [
        *block("subject", ASSISTED),
        *block("schooling", ("not_yet", "not_yet_reason", "stopped", "stopped_reason", "attending", "attending_at")),
        "health_card", *block("benefits", BENEFITS), "poor_household", *block("disability", DISABILITY),
        *block("parent", ("description", *BENEFITS)), "father.description", "signed_on",
    ],
    "tro-giup-xa-hoi-1d": [
        *block("subject", ASSISTED), "health_card", *block("benefits", BENEFITS), "poor_household",
        *block("disability", DISABILITY), "subject.marriage", "supporter", "life_course", "signed_on",
    ],
}
