"""How many examples: few by default, many by `--hypothesis-profile=whole-way-large`."""

from datetime import timedelta

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "whole-way-large", max_examples=3000, deadline=timedelta(seconds=5), suppress_health_check=_SLOW
)
