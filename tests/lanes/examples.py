"""How many examples a property is tried with: few in every run, many by `make properties`."""

import os

from hypothesis import HealthCheck, settings

PROFILE_VARIABLE = "MOTCUA_PROPERTIES"
TIMES = {"small": 1, "large": 20}
_EXAMPLES = 100


def chosen() -> str:
    """The profile that the environment asks for; `small` if it says nothing. Raises KeyError for one that is none."""
    name = os.environ.get(PROFILE_VARIABLE) or "small"
    TIMES[name]
    return name


def examples(small: int) -> int:
    """The examples of a property that needs another number than the profile's own: so many in the small profile."""
    return small * TIMES[chosen()]


def load_profile() -> None:
    """Register the profiles and load the one that was asked for."""
    slow = [HealthCheck.too_slow] if chosen() == "large" else []
    for name, times in TIMES.items():
        # A merge is judged by what it changed, not by chance: only the large profile searches, the small one repeats.
        settings.register_profile(
            name,
            deadline=None,
            max_examples=_EXAMPLES * times,
            derandomize=name == "small",
            suppress_health_check=slow,
        )
    settings.load_profile(chosen())
