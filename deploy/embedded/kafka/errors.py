"""What can go wrong before the embedded broker runs; each error has one line of advice and its own exit code."""

from __future__ import annotations


class EmbeddedKafkaError(Exception):
    """The embedded broker can't start; the message is one line that says what to do."""

    exit_code = 1


class JavaMissingError(EmbeddedKafkaError):
    """No Java runtime was found."""

    exit_code = 10


class JavaTooOldError(EmbeddedKafkaError):
    """The Java runtime found is older than the one Kafka needs."""

    exit_code = 11


class MavenMissingError(EmbeddedKafkaError):
    """The jars are not in the cache and no Maven was found to fetch them."""

    exit_code = 12


class JarsUnresolvedError(EmbeddedKafkaError):
    """Maven could not fetch the jars."""

    exit_code = 13


class PortTakenError(EmbeddedKafkaError):
    """Another process listens on the port."""

    exit_code = 14


class DataDirInUseError(EmbeddedKafkaError):
    """Another broker runs on the same data directory."""

    exit_code = 15


class StorageFormatError(EmbeddedKafkaError):
    """The data directory could not be prepared for Kafka."""

    exit_code = 16
