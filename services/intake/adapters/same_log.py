"""Is the event store the one that was published? Compared by number and by event, before anybody is answered.

An older copy of a store gives new events numbers that count as published: they would be acknowledged and never reach Kafka.
"""

from services.intake.adapters.kafka_tail import Published
from services.intake.ports import EventLog

MENDED_BY = (
    "Build it from Kafka (motcua stop; motcua rebuild store), restore a back-up that reaches it (motcua stop;"
    " motcua restore FILE --force), or give up what only Kafka holds (motcua stop; motcua rebuild kafka)"
)


class LogBehindKafkaError(Exception):
    """Kafka holds more than the store, or something else: it is another store, or an old copy of it."""


def require_same_log(log: EventLog, published: Published) -> None:
    """Raise LogBehindKafkaError unless the store holds, at the place that was published last, the event that was published.

    Blocks; raises StoreUnavailableError.
    """
    place = published.notification_id
    if place == 0:
        return
    last = log.last_id()
    if last < place:
        raise LogBehindKafkaError(
            f"dossier-events holds number {place}, the event store ends at {last}: it is an older copy. {MENDED_BY}"
        )
    stored = next(iter(log.read_after(place - 1, 1)), None)
    if published.event_id and (stored is None or str(stored.structured["id"]) != published.event_id):
        raise LogBehindKafkaError(
            f"number {place} of dossier-events is event {published.event_id}, that of the event store is"
            f" {stored.structured['id'] if stored else 'missing'}: it is another store, or an older copy that went on"
            f" recording. {MENDED_BY}"
        )
