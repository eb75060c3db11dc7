"""Everything that touches Kafka, Faust, the disk or the wall clock."""
