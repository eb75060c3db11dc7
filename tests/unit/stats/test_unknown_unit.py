"""What is said of a unit that nobody knows."""

from services.stats.domain.figures import unknown_unit

NAMES = {19753: "Phường A Lưới", 19756: "Xã Đoài [/cũ]", 46: "Thành phố Huế"}


def test_the_nearest_are_named() -> None:
    assert unknown_unit(19754, NAMES).startswith("there is no unit 19754; did you mean 1975")
    assert "19753 (Phường A Lưới)" in unknown_unit(19754, NAMES)


def test_with_nothing_near_nothing_is_guessed() -> None:
    assert unknown_unit(8, NAMES) == "there is no unit 8"


def test_an_empty_register_is_the_reason() -> None:
    assert unknown_unit(8, {}) == "there is no unit 8; none is registered, load them with `motcua units load FILE`"
