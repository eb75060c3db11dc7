"""Apache Kafka on one machine: jars from Maven Central, started by plain `java` as a single KRaft node."""
