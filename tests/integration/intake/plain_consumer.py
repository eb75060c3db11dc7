"""A program of somebody else that reads topics with kafka-python as it is installed: `python plain_consumer.py BROKER TOPIC...`.

Prints a JSON list [topic, headers, value] a line. It is a process of its own, because the library warns when it is imported.
"""

import json
import sys
from unittest.mock import patch

from kafka import KafkaConsumer, TopicPartition


def read(broker: str, topic: str) -> None:
    consumer = KafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest")
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    while any(consumer.position(one) < end for one, end in ends.items()):
        for records in consumer.poll(timeout_ms=200).values():
            for record in records:
                headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
                value = (record.value or b"").decode(errors="replace")
                sys.stdout.write(json.dumps([topic, headers, value]) + "\n")
    consumer.close()


def main() -> None:
    broker, *topics = sys.argv[1:]
    for library in ("zstd", "lz4", "lz4f", "snappy"):  # what somebody has to install besides
        patch(f"kafka.codec.{library}", None, create=True).start()
    for topic in topics:
        read(broker, topic)


if __name__ == "__main__":
    main()
