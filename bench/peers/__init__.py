"""The peers of the deadline processor: other ways to turn the same log of dossier events into due dates, on the same broker.

`python -m bench.peers` makes a log (`bench.event_log`), lets each peer read all of it from the beginning in a process of its own,
and prints a table. `bench.peers.run.run_peer` runs one of them for another bench.

| peer | what it is |
|---|---|
| `plain_raw` | aiokafka `getmany` and nothing else: what reading alone costs in Python |
| `plain_aiokafka` | the same, headers into a dict and the value parsed: the least that any Python program has to do |
| `plain_faust` | a Faust agent with a RocksDB table and its changelog as Faust's documentation shows it, producer tuned |
| `quix` | Quix Streams with its RocksDB state and its changelog |
| `kafka_streams` | Kafka Streams (Java) with a cached RocksDB store and its changelog, one stream thread |

The last three are all at-least-once and do the SAME simple fold. Per dossier they keep `seq, accepted_at, term_days, paused_at,
due, ended` as JSON; instants are seconds, days are plain days of 24 hours, there is no calendar. For every event they parse the
JSON value and the headers they need, leave out what is not newer than `seq`, change the state and write it back. They say
something (about 450 bytes of JSON to `bench-out`) when a dossier is accepted (due date set), when missing papers came (due date
moved by the length of the pause) and when it ended (met or late); that is one output on five or six events. What they say is
compared: `run_peer` refuses a peer whose outputs differ in number from what the broker holds, the table refuses peers that differ
from each other in a single field.

How it is measured:

- From the first record taken in to the moment when every event is done and every output, changelog record and offset is
  acknowledged; starting, joining the group and stopping are left out. CPU is that of the whole process in the same time, all
  threads, user and system. The JVM's compiler works in that time too, therefore the second half of the log is told separately.
- Every peer runs on one processor (the last one, by `taskset`), the broker on the others; without `taskset`, anywhere.
- A fresh consumer group and an empty state folder for every run.
- Quix Streams and the cache of Kafka Streams write one changelog record per dossier and commit (every 5 s and 30 s), Faust one
  per event; these are their defaults, and the number of records is in the table.
"""
