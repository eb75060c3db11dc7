-- Which facts stand at another place than the register of units now says? They are written again with the right levels: those of the
-- receiving unit on the day of acceptance, and in each stay those of its unit on the day from which that unit counts the dossier.
INSERT INTO dossiers SETTINGS max_partitions_per_insert_block = 0
WITH registered AS (
    SELECT unit_id, toDate32(valid_from) AS valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL
)
SELECT
    facts.* REPLACE (
        placed.stays[1].province_id AS province_id, placed.stays[1].district_id AS district_id,
        placed.stays[1].commune_id AS commune_id, placed.stays AS stays
    )
FROM (SELECT * FROM dossiers FINAL) AS facts
INNER JOIN (
    SELECT
        opened_on, dossier_id,
        arrayMap(one -> one.2, arraySort(one -> one.1, groupArray((nth, CAST((
            stay.since, stay.until, stay.previous_until, stay.next_since, stay.came_by, stay.outcome, stay.unit_since, stay.unit_id,
            if(place.valid_until > kept.kept_from, place.province_id, 0), if(place.valid_until > kept.kept_from, place.district_id, 0), if(place.valid_until > kept.kept_from, place.commune_id, 0)
        ), toTypeName(stay)))))) AS stays
    FROM (
        SELECT opened_on, dossier_id, nth, stay, stay.unit_id AS kept_by_unit_id, toDate32(stay.unit_since) AS kept_from
        FROM dossiers FINAL
        ARRAY JOIN stays AS stay, arrayEnumerate(stays) AS nth
    ) AS kept
    ASOF LEFT JOIN registered AS place ON kept.kept_by_unit_id = place.unit_id AND kept.kept_from >= place.valid_from
    GROUP BY opened_on, dossier_id
) AS placed ON facts.opened_on = placed.opened_on AND facts.dossier_id = placed.dossier_id
WHERE facts.stays != placed.stays
