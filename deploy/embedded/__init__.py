"""Everything one machine needs to run the whole ledger: Kafka, ClickHouse and a process manager."""
