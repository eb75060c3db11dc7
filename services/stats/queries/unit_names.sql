-- What were the units called on a day, and of which level were they? A unit not in force then answers with its nearest period.
SELECT
    unit_id,
    argMax(name, (valid_from <= {on:Date}, if(valid_from <= {on:Date}, 1, -1) * toInt32(valid_from))) AS name,
    argMax(level, (valid_from <= {on:Date}, if(valid_from <= {on:Date}, 1, -1) * toInt32(valid_from))) AS level
FROM units FINAL
GROUP BY unit_id
