"""What the door lets pass, and which field it names when it does not."""

from typing import Any

import pytest

from services.intake.adapters.action_reader import MAX_ACTION_BYTES
from services.intake.adapters.cloudevent_content import MAX_DEPTH, from_text_attributes, percent_decoded
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.naming import dossier_id_of
from tests.unit.intake.counter import HISTORY_SOURCE, SOURCE, action, problems, raw_action, reader


def read(**changes: Any) -> Action | Refusal:
    return reader().read({**raw_action("step-started.v1"), **changes})


def refused(**changes: Any) -> Refusal:
    one = read(**changes)
    assert isinstance(one, Refusal), one
    return one


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, 300, 1_000, 3_000])
def test_json_that_nests_too_deep_is_unreadable(levels: int) -> None:
    assert refused(data={"step_code": "TL", "own": nested(levels)}).code == "unreadable"
    assert refused(own=nested(levels + 1)).code == "unreadable"


def test_json_of_the_greatest_depth_is_recorded_as_it_is() -> None:
    one = read(data={"step_code": "TL", "own": nested(MAX_DEPTH - 2)})
    assert isinstance(one, Action)
    assert one.data.extra == {"own": nested(MAX_DEPTH - 2)}


@pytest.mark.parametrize("raw", [None, 1, "x", [], [raw_action("step-started.v1")]])
def test_what_is_no_object_is_unreadable(raw: Any) -> None:
    one = reader().read(raw)
    assert isinstance(one, Refusal)
    assert one.code == "unreadable"


@pytest.mark.parametrize(
    "name", ["onbehalfof", "actorid", "channel", "dossiercode", "correlationid", "history", "own", "openedon"]
)
def test_an_attribute_that_is_null_counts_as_left_out(name: str) -> None:
    one = read(**{name: None})
    assert isinstance(one, Action)
    assert one.digest == reader().read({k: v for k, v in raw_action("step-started.v1").items() if k != name}).digest  # type: ignore[union-attr]
    assert name not in one.extra


@pytest.mark.parametrize("name", ["id", "source", "subject", "time", "unitid", "specversion", "data"])
def test_a_compulsory_attribute_that_is_null_is_missing(name: str) -> None:
    assert [(one.field_name, one.keyword) for one in refused(**{name: None}).errors] == [(name, "required")]


@pytest.mark.parametrize(
    ("unit", "keyword"),
    [
        ("14797", "type"),
        (True, "type"),
        (1.5, "type"),
        (14797.0, "format"),
        ([1], "type"),
        (0, "minimum"),
        (2**31, "maximum"),
    ],
)
def test_a_unit_is_a_whole_number(unit: Any, keyword: str) -> None:
    assert [(one.field_name, one.keyword) for one in refused(unitid=unit).errors] == [("unitid", keyword)]


def test_a_wrong_attribute_name_is_named() -> None:
    document = problems().document(refused(unit_id=5), "vi")
    assert document["errors"] == [
        {"field": "unit_id", "code": "propertyNames", "message": "tên thuộc tính chỉ gồm a-z, 0-9, tối đa 20 ký tự"}
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code", "vi", "en"),
    [
        ({"unitid": 0}, "unitid", "minimum", "phải từ 1 trở lên", "has to be 1 or more"),
        ({"data": {}}, "/data/step_code", "required", "bắt buộc phải có", "is missing"),
        (
            {"openedon": "2026-03-02"},
            "openedon",
            "falseSchema",
            "chỉ hệ thống được đặt thuộc tính này",
            "only intake sets this attribute",
        ),
        ({"time": "2026-03-02T08:00:00"}, "time", "format", "không đúng dạng date-time", "is not a valid date-time"),
        (
            {"data": {"step_code": "TL", "step_no": 1.0}},
            "/data/step_no",
            "format",
            "không đúng dạng integer",
            "is not a valid integer",
        ),
    ],
)
def test_a_wrong_field_is_told_with_its_keyword_in_both_languages(
    changes: dict[str, Any], field: str, code: str, vi: str, en: str
) -> None:
    one = refused(**changes)
    for language, text in (("vi", vi), ("en", en)):
        document = problems().document(one, language)  # type: ignore[arg-type]
        assert (document["status"], document["code"]) == (422, "schema-mismatch")
        assert document["errors"] == [{"field": field, "code": code, "message": text}]
        assert field in document["detail"]
        assert text in document["detail"]


@pytest.mark.parametrize("name", ["id", "subject", "actorid", "own", "correlationid"])
@pytest.mark.parametrize("letter", ["\x00", "\n", "\x7f", "\x85"])
def test_control_letters_in_an_attribute_are_refused_and_the_attribute_is_named(name: str, letter: str) -> None:
    assert [one.field_name for one in refused(**{name: f"a{letter}b"}).errors] == [name]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00", "1900-12-31T00:00:00Z"])
def test_instants_that_no_other_part_can_hold_are_refused(time: str) -> None:
    assert refused(time=time).field_name == "time"
    wrong = reader().read(raw_action("dossier-accepted.v1", data={"appointment_at": time}))
    assert isinstance(wrong, Refusal)
    assert wrong.field_name == "/data/appointment_at"


@pytest.mark.parametrize("time", ["2026-03-02t08:00:00z", "2026-03-02T08:00:00z", "2026-03-02t15:00:00.000+07:00"])
def test_an_instant_in_small_letters_is_the_same_instant(time: str) -> None:
    assert read(time=time) == read(time="2026-03-02T08:00:00Z")
    given = raw_action("dossier-accepted.v1", data={"appointment_at": time})
    usual = raw_action("dossier-accepted.v1", data={"appointment_at": "2026-03-02T08:00:00Z"})
    assert reader().read(given) == reader().read(usual)


def test_an_action_that_would_not_fit_on_kafka_is_too_large() -> None:
    one = refused(data={"step_code": "TL", "own": "x" * MAX_ACTION_BYTES})
    assert (one.code, one.params) == ("too-large", {"limit": MAX_ACTION_BYTES})


def test_only_a_listed_source_may_send_history() -> None:
    assert refused(history=True).code == "history-not-allowed"
    assert isinstance(read(history=True, source=HISTORY_SOURCE), Action)


@pytest.mark.parametrize(
    "event_type", ["integrity-flag-raised.v1", "deadline-set.v1", "step-started.v2", "x", "a" * 5_000]
)
def test_a_type_that_no_counter_may_send_is_unknown(event_type: str) -> None:
    document = problems().document(refused(type=event_type), "vi")
    assert document["code"] == "unknown-type"
    assert len(document["detail"]) < 400


def test_equal_meaning_gives_an_equal_digest() -> None:
    accepted = raw_action("dossier-accepted.v1", data={"appointment_at": "2026-03-11T17:00:00+07:00"}, channel=1, own=1)
    again = {
        **accepted,
        "time": "2026-03-02T01:00:00.000Z",
        "history": False,
        "onbehalfof": None,
        "datacontenttype": "application/json",
        "own": "1",
        "data": {**dict(reversed(accepted["data"].items())), "appointment_at": "2026-03-11T10:00:00Z"},
    }
    first, second = reader().read(accepted), reader().read(again)
    assert isinstance(first, Action)
    assert isinstance(second, Action)
    assert first.digest == second.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "2026-03-02T08:00:00.001+07:00"},
        {"unitid": 6},
        {"actorid": "cb-2"},
        {"channel": 2},
        {"own": "x"},
        {"data": {"step_code": "TD"}},
        {"data": {"step_code": "TL", "own": [1, 2]}},
    ],
)
def test_another_meaning_gives_another_digest(changes: dict[str, Any]) -> None:
    one = read(**changes)
    assert isinstance(one, Action)
    assert one.digest != action("step-started.v1").digest


def test_two_sources_that_number_alike_make_two_events() -> None:
    number = "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e01"
    first, second = (
        action("step-started.v1", id=number),
        action("step-started.v1", id=number, source="/da-nang/mot-cua"),
    )
    assert len({first.event_id, second.event_id, number}) == 3
    assert first.event_id == action("step-started.v1", id=number).event_id


@pytest.mark.parametrize(
    ("subject", "is_ours"),
    [
        ("019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e00", True),
        ("019C4B0E-7D5C-7A41-9C11-4F0B6A1D2E00", True),
        ("0-1-9-c4b0e7d5c7a419c114f0b6a1d2e00", False),
        ("019c4b0e7d5c7a419c114f0b6a1d2e00", False),
        ("{019c4b0e7d5c7a419c114f0b6a1d2e00}  ", False),
    ],
)
def test_a_subject_is_a_dossier_id_only_in_the_common_form(subject: str, is_ours: bool) -> None:
    ours = dossier_id_of(SOURCE, "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e00")
    assert (dossier_id_of(SOURCE, subject) == ours) is is_ours
    assert (dossier_id_of("/other", subject) == ours) is is_ours


@pytest.mark.parametrize("text", ["true", "True", "TRUE"])
def test_text_attributes_get_their_json_types(text: str) -> None:
    typed = from_text_attributes({"unitid": "5", "channel": "1", "history": text, "id": "7", "own": "1"}, {"a": 1})
    assert typed == {"unitid": 5, "channel": 1, "history": True, "id": "7", "own": "1", "data": {"a": 1}}


def test_text_that_is_no_number_stays_text_for_the_schema_to_refuse() -> None:
    assert from_text_attributes({"unitid": "năm", "history": "yes"}, {}) == {
        "unitid": "năm",
        "history": "yes",
        "data": {},
    }


def test_headers_are_percent_decoded() -> None:
    assert percent_decoded("l%C3%A3nh%20%C4%91%E1%BA%A1o") == "lãnh đạo"
    assert percent_decoded("lãnh đạo+1") == "lãnh đạo+1"
