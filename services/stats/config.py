"""The settings of the statistics service; the only reader of its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CONSUMER_GROUP = "stats-loader"


class ConfigError(ValueError):
    """A setting is missing or can't be right; stop and say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Where Kafka, ClickHouse and intake are, and how the loader cuts its batches."""

    kafka_bootstrap_servers: str
    clickhouse_url: str = field(repr=False)
    intake_url: str
    consumer_group: str = CONSUMER_GROUP
    batch_rows: int = 20_000
    batch_seconds: float = 0.25
    rollup_seconds: float = 3.0


def read_config(environment: Mapping[str, str]) -> Config:
    """The settings from KAFKA_BOOTSTRAP_SERVERS, CLICKHOUSE_URL and the address of intake. Raises ConfigError."""
    return Config(
        kafka_bootstrap_servers=_needed(environment, "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
        clickhouse_url=read_clickhouse_url(environment),
        intake_url=_intake_url(environment),
    )


def read_clickhouse_url(environment: Mapping[str, str]) -> str:
    """CLICKHOUSE_URL alone, for commands that need no Kafka. Raises ConfigError."""
    url = _needed(environment, "CLICKHOUSE_URL", "http://user:password@127.0.0.1:8123/motcua")
    if not url.startswith(("http://", "https://")):
        raise ConfigError("CLICKHOUSE_URL must begin with http:// or https://: only the HTTP interface is used")
    return url


def _intake_url(environment: Mapping[str, str]) -> str:
    """Where intake is, whose count of what is recorded is compared."""
    own = f"http://127.0.0.1:{environment.get('MOTCUA_INTAKE_PORT', '8480')}"
    return environment.get("MOTCUA_INTAKE_URL", "").strip().rstrip("/") or own


def _needed(environment: Mapping[str, str], name: str, example: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set; for example {name}={example}")
    return value
