"""Kafka records to facts, and derived events to Kafka records."""
