"""All input and output of the statistics: Kafka, ClickHouse, the unit file."""
