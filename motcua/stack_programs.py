"""The programs of one machine in the order in which they start, each with the check that says that it serves."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from chdb_front.options import READER_PASSWORD_VARIABLE, WRITER_PASSWORD_VARIABLE
from deploy.embedded.kafka.answering import answers
from deploy.embedded.kafka.topics import create_topics
from deploy.embedded.processes.health import HealthCheck, HttpOk
from deploy.embedded.processes.programs import Program
from motcua.addresses import DATABASE, READER, Addresses
from motcua.topic_specs import topic_specs
from services.intake.config import HISTORY_SOURCES

OTHER_STORE = frozenset({3})
"""The exit code of intake and relay whose store is not the one that was published: only an operator can mend that."""
_ZONE = "Asia/Ho_Chi_Minh"
"""Of the embedded ClickHouse: `now()`, `today()` and times without a zone are those of whoever asks it here."""


@dataclass(slots=True)
class KafkaReady:
    """Kafka answers and every topic of `schemas/topics` is there; the first look that finds it up creates them."""

    addresses: Addresses
    has_topics: bool = field(default=False)

    def passed(self) -> bool:
        """Whether the broker answers and has the topics. Raises TopicMismatchError: one exists otherwise than published."""
        host, port = self.addresses.kafka.split(",")[0].rsplit(":", 1)
        if not answers(int(port), host):
            return False
        if not self.has_topics:
            specs = topic_specs(is_one_machine=self.addresses.is_own_kafka)
            asyncio.run(create_topics(self.addresses.kafka, specs))
            self.has_topics = True
        return True

    def __str__(self) -> str:
        """Which broker does not answer yet, for the message that it did not become healthy."""
        return f"no Kafka answers at {self.addresses.kafka}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaysInLog:
    """The program has written a sentence to its log since this check was made."""

    log: Path
    sentence: str
    from_byte: int

    def passed(self) -> bool:
        """Whether the sentence stands in the log by now."""
        try:
            with self.log.open("rb") as log:
                log.seek(self.from_byte)
                return self.sentence.encode() in log.read()
        except FileNotFoundError:
            return False

    def __str__(self) -> str:
        """Which sentence is missing in which log, for the message that it did not become healthy."""
        return f"{self.log.name} does not say {self.sentence!r}"


def programs(addresses: Addresses, history_sources: Sequence[str] = ()) -> list[Program]:
    """Everything that `motcua up` runs; Kafka and ClickHouse only when no other is given.

    `history_sources` are all who may send history to intake; none given, the environment of the process says who may.
    """
    data_dir = Path(addresses.data_dir)
    # Only the loader writes statistics, and only the page reads them: nobody else is told a password.
    env = {name: value for name, value in addresses.environment().items() if "CLICKHOUSE" not in name}
    web_env = {**env, "CLICKHOUSE_URL": addresses.reader_url}
    stats_env = {**env, "CLICKHOUSE_URL": addresses.clickhouse_url}
    intake_env = {**env, HISTORY_SOURCES: ",".join(history_sources)} if history_sources else env
    intake = HttpOk(url=f"{addresses.intake_url}/healthz")
    relay = _says(addresses, "relay", "going on after notification")
    deadlines = _says(addresses, "deadlines", "open clocks are whole")
    stats = _says(addresses, "stats", "loading from")
    services = [
        replace(_service("intake", ("services.intake.app", "serve"), intake, intake_env), final_codes=OTHER_STORE),
        replace(_service("relay", ("services.intake.app", "relay"), relay, env), final_codes=OTHER_STORE),
        _service("deadlines", ("services.deadlines.app",), deadlines, env),
        _service("stats", ("services.stats.app", "load"), stats, stats_env),
        _service("web", ("services.page.app",), HttpOk(url=f"{addresses.web_url}/healthz"), web_env),
    ]
    brokers = [_kafka(addresses, data_dir)] if addresses.is_own_kafka else []
    engines = [_clickhouse(addresses, data_dir)] if addresses.is_own_clickhouse else []
    return [*brokers, *engines, *services]


def _kafka(addresses: Addresses, data_dir: Path) -> Program:
    port = addresses.kafka.rsplit(":", 1)[1]
    command = (sys.executable, "-m", "deploy.embedded.kafka", "--data", str(data_dir / "kafka"), "--port", port)
    return Program(
        name="kafka", command=command, health=KafkaReady(addresses), start_timeout_s=180.0, stop_timeout_s=30.0
    )


def _clickhouse(addresses: Addresses, data_dir: Path) -> Program:
    writer, reader = urlsplit(addresses.clickhouse_url), urlsplit(addresses.reader_url)
    command = (
        sys.executable, "-m", "chdb_front", "--path", str(data_dir / "clickhouse"), "--port", str(writer.port),
        "--reader-user", READER, "--reader-database", DATABASE, "--timezone", _ZONE,
    )  # fmt: skip
    env = {
        WRITER_PASSWORD_VARIABLE: writer.password or "",
        READER_PASSWORD_VARIABLE: reader.password or "",
    }
    health = HttpOk(url=f"http://{writer.hostname}:{writer.port}/ping")
    return Program(name="clickhouse", command=command, env=env, health=health, start_timeout_s=60.0)


def _service(name: str, command: tuple[str, ...], health: HealthCheck, env: dict[str, str]) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", *command),
        env=env,
        health=health,
        start_timeout_s=120.0,
        stop_timeout_s=20.0,
    )


def _says(addresses: Addresses, name: str, sentence: str) -> SaysInLog:
    log = addresses.run_dir / "logs" / f"{name}.log"
    return SaysInLog(log=log, sentence=sentence, from_byte=log.stat().st_size if log.exists() else 0)
