-- The latest name and level of every unit, for people who write SQL.
CREATE OR REPLACE VIEW unit_names AS
SELECT unit_id, argMax(units.name, units.valid_from) AS unit_name, argMax(units.level, units.valid_from) AS unit_level
FROM units FINAL
GROUP BY unit_id;
