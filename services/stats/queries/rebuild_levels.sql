-- Which facts stand at another place than the register of units now says? They are written again with the right levels, and so is each
-- unit that took a dossier over, as of that day.
INSERT INTO dossiers
WITH
    registered AS (
        SELECT unit_id, toDate32(valid_from) AS valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL
    ),
    taken_over AS (
        SELECT
            opened_on, dossier_id,
            arrayMap(one -> one.2, arraySort(groupArray((nth, (
                one.reassigned_at, one.counted_at, one.unit_id,
                if(place.valid_until > on, place.province_id, 0), if(place.valid_until > on, place.district_id, 0),
                if(place.valid_until > on, place.commune_id, 0)
            ))))) AS reassignments
        FROM (
            SELECT opened_on, dossier_id, nth, one, one.unit_id AS to_unit_id, toDate32(one.counted_at) AS on
            FROM dossiers FINAL
            ARRAY JOIN reassignments AS one, arrayEnumerate(reassignments) AS nth
        ) AS moved
        ASOF LEFT JOIN registered AS place ON moved.to_unit_id = place.unit_id AND moved.on >= place.valid_from
        GROUP BY opened_on, dossier_id
    ),
    place.valid_until > looked_up_on AS is_registered
SELECT
    facts.* EXCEPT (looked_up_on) REPLACE (
        if(is_registered, place.province_id, 0) AS province_id,
        if(is_registered, place.district_id, 0) AS district_id,
        if(is_registered, place.commune_id, 0) AS commune_id,
        if(empty(facts.reassignments), facts.reassignments, taken_over.reassignments) AS reassignments
    )
FROM (SELECT *, toDate32(accepted_at) AS looked_up_on FROM dossiers FINAL) AS facts
ASOF LEFT JOIN registered AS place ON facts.unit_id = place.unit_id AND facts.looked_up_on >= place.valid_from
LEFT JOIN taken_over ON facts.opened_on = taken_over.opened_on AND facts.dossier_id = taken_over.dossier_id
WHERE (facts.province_id, facts.district_id, facts.commune_id)
    != (if(is_registered, place.province_id, 0), if(is_registered, place.district_id, 0), if(is_registered, place.commune_id, 0))
    OR (notEmpty(facts.reassignments) AND facts.reassignments != taken_over.reassignments)
