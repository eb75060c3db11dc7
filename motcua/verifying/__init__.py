"""`motcua verify`: whether every event still is what was recorded, in the store, on Kafka and in ClickHouse."""
