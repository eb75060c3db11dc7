"""Event in -> stored -> published.

Reads actions over HTTP (`POST /v1/actions`), from Kafka (`counter-actions`) and from files (`motcua import`); writes the event
store and, by the relay, `dossier-events`. Promises: accepted means durable; every accepted action reaches Kafka in order per
dossier; the same action is recorded once and answered the same; a wrong action is refused with a reason.
"""
