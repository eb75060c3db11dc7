-- Which units are in force on a day, and under whom?
SELECT unit_id, code, name, level, unit_type, parent_id, valid_from, if(valid_until >= '2149-06-06', NULL, valid_until) AS valid_until
FROM units FINAL
WHERE units.valid_from <= {on:Date} AND units.valid_until > {on:Date}
ORDER BY province_id, district_id, commune_id, unit_id
