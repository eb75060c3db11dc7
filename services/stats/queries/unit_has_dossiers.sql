-- Did any dossier ever stand in a unit, or below it, that the register may not know?
SELECT unit_id
FROM dossiers
ARRAY JOIN stays.unit_id AS unit_id, stays.province_id AS province_id, stays.district_id AS district_id, stays.commune_id AS commune_id
WHERE {unit_id:UInt32} IN (unit_id, province_id, district_id, commune_id)
LIMIT 1
