"""What follows from a dossier's events and from time: pure, without Kafka, Faust or a clock."""
