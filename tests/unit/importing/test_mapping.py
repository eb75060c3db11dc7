"""A mapping is checked as a whole before a row is read: what is misspelt, missing or of another kind, with what was meant."""

import pytest

from motcua.importing.domain.mapping import MappingError
from tests.unit.importing.office import REGISTER, mapping


def problems(text: str) -> list[str]:
    with pytest.raises(MappingError) as refused:
        mapping(text)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("given", "instead", "told"),
    [
        ('name = "so-cu"', 'nam = "so-cu"', "source.nam: không có tên này; có phải 'name'?"),
        ('name = "so-cu"', 'name = "so-cu"\ntime_zone = "Asia/Saigon2"', "source.time_zone: không có múi giờ"),
        ("[dossier]", '[dossier]\ncalendar = "x"', "dossier.calendar: không có tên này; có phải 'calendar_id'?"),
        ("unit_id = 19990001", 'unit_id = "xã A"', "dossier.unit_id: 'xã A' không hợp"),
        ('key = "Số hồ sơ"', "", "dossier.key: thiếu"),
        (
            '"dossier-accepted.v1"',
            '"dossier-acepted.v1"',
            "events[1].type: không có tên này; có phải 'dossier-accepted.v1'?",
        ),
        ('time = "Ngày nhận"', "", "events[1].time: thiếu"),
        ("required = true", 'required = "có"', "events[1].required: 'có' không phải là True | False"),
        (
            "procedure_code",
            "procedur_code",
            "events[1].data.procedur_code: không có tên này; có phải 'procedure_code'?",
        ),
        ('procedure_code = "9.000001"', "", "events[1].data.procedure_code: thiếu"),
        ("channel =", "chanel =", "events[1].attributes.chanel: không có tên này; có phải 'channel'?"),
        ('"Trực tiếp" = 1', '"Trực tiếp" = 7', "events[1].attributes.channel.values.Trực tiếp: 7 không hợp"),
        ('"Trực tuyến" = 2', '"trực  tiếp" = 2', "events[1].attributes.channel.values: 'trực  tiếp' có hai lần"),
        (
            '{column = "Ngày hẹn trả"}',
            '{colum = "Ngày hẹn trả"}',
            "events[1].data.appointment_at.colum: không có tên này; có phải 'column'?",
        ),
        (
            '{column = "Ngày hẹn trả"}',
            '{column = "Ngày hẹn trả", kind = "integer"}',
            "events[1].data.appointment_at.kind: 'integer': trường này phải là instant",
        ),
        (
            '{column = "Ngày hẹn trả"}',
            '{column = "Ngày hẹn trả", dates = "dd/mm/yyy"}',
            "events[1].data.appointment_at.dates: 'dd/mm/yyy': không có tên này; có phải 'dd/mm/yyyy'?",
        ),
        (
            '{column = "Ngày hẹn trả"}',
            '{column = "Ngày hẹn trả", bare_day = "noon"}',
            "events[1].data.appointment_at.bare_day: 'noon' không phải là start | end",
        ),
        (
            'appointment_at = {column = "Ngày hẹn trả"}',
            'term = {value = {column = "Số ngày"}, unit = "week"}',
            "events[1].data.term.unit: 'week' không hợp",
        ),
        ('time = "Ngày xong"', 'time = "Ngày xong"\ntake = "newest"', "events[2].take: 'newest' không phải là"),
        (
            'time = "Ngày xong"',
            'time = "Ngày xong"\nwhere = {column = "Việc", equals = "Xong"}',
            "events[2].where: một điều kiện cần đúng một",
        ),
        ("[source]", '[file]\nencoding = "tcvn"\n[source]', "file.encoding: không có bảng mã 'tcvn'"),
        ("[source]", '[file]\ndelimiter = ";;"\n[source]', "file.delimiter: phải là một ký tự"),
        ("[source]", '[fil]\nencoding = "utf-8"\n[source]', "fil: không có tên này; có phải 'file'?"),
        ("[[events]]", '[[units]]\nunit_id = 1\nnam = "Xã A"\n[[events]]', "units[1].nam: không có tên này"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_was_meant(given: str, instead: str, told: str) -> None:
    assert given in REGISTER
    found = problems(REGISTER.replace(given, instead, 1))
    assert any(line.startswith(told) for line in found), found


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = REGISTER.replace("name =", "nam =").replace("procedure_code", "code").replace("Ngày xong", "")
    assert len(problems(text)) >= 4


def test_a_number_of_its_kind_is_only_for_whole_numbers() -> None:
    assert problems(REGISTER.replace('"9.000001"', "{number = true}"))[0].startswith("events[1].data.procedure_code")


def test_every_column_that_is_named_is_wanted_once_and_in_clean_form() -> None:
    by = mapping(REGISTER.replace('"Ngày xong"', '"Nga\u0300y  nhận"'))
    assert by.columns == ("Số hồ sơ", "Ngày nhận", "Kênh", "Ngày hẹn trả")
