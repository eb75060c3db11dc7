"""The broker's settings as text."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from deploy.embedded.kafka.launch import new_cluster_id
from deploy.embedded.kafka.settings import BrokerSettings, java_arguments, server_properties

SETTINGS = BrokerSettings(port=9092, controller_port=9093, log_dir=Path("/srv/một cửa/log"))


def _read(settings: BrokerSettings) -> dict[str, str]:
    lines = server_properties(settings).splitlines()
    found = dict(line.split("=", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_the_broker_listens_on_the_loopback_interface_only() -> None:
    found = _read(SETTINGS)
    assert found["listeners"] == "CLIENT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert found["advertised.listeners"] == "CLIENT://127.0.0.1:9092"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9093"


def test_topics_are_never_made_by_accident_and_nothing_is_forgotten() -> None:
    found = _read(SETTINGS)
    assert found["auto.create.topics.enable"] == "false"
    assert found["log.retention.ms"] == found["log.retention.bytes"] == "-1"
    assert found["offsets.retention.minutes"] == str(30 * 24 * 60)


def test_one_node_asks_for_no_second_copy() -> None:
    found = _read(SETTINGS)
    copies = {key: value for key, value in found.items() if key.endswith(("replication.factor", "min.isr", "replicas"))}
    assert len(copies) == 7
    assert set(copies.values()) == {"1"}


def test_each_append_is_flushed_unless_it_is_switched_off() -> None:
    assert _read(SETTINGS)["log.flush.interval.messages"] == "1"
    assert "log.flush.interval.messages" not in _read(dataclasses.replace(SETTINGS, flush_each_append=False))


def test_java_gets_its_heap_and_every_jar_of_the_cache() -> None:
    arguments = java_arguments(jars=Path("/cache/4"), log4j2=Path("/log4j2.properties"), heap_mb=300)
    assert arguments[:2] == ["-Xms300m", "-Xmx300m"]
    assert arguments[-2:] == ["-cp", "/cache/4/*"]
    assert "-Dlog4j2.configurationFile=/log4j2.properties" in arguments


def test_a_cluster_id_has_kafkas_form() -> None:
    for cluster_id in (new_cluster_id() for _ in range(200)):
        assert len(cluster_id) == 22
        assert not cluster_id.startswith("-")
