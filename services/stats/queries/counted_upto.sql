-- Of each partition: up to which offset does the loader say that everything is counted?
SELECT topic, partition, next_offset FROM loading FINAL
