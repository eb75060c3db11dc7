-- Which facts stand at another place than the register of units now says? They are written again with the right levels.
INSERT INTO dossiers
WITH
    place.valid_until > looked_up_on AS is_registered
SELECT
    facts.* EXCEPT (looked_up_on) REPLACE (
        if(is_registered, place.province_id, 0) AS province_id,
        if(is_registered, place.district_id, 0) AS district_id,
        if(is_registered, place.commune_id, 0) AS commune_id
    )
FROM (SELECT *, toDate32(accepted_at) AS looked_up_on FROM dossiers FINAL) AS facts
ASOF LEFT JOIN (SELECT unit_id, toDate32(valid_from) AS valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL) AS place
    ON facts.unit_id = place.unit_id AND facts.looked_up_on >= place.valid_from
WHERE (facts.province_id, facts.district_id, facts.commune_id)
    != (if(is_registered, place.province_id, 0), if(is_registered, place.district_id, 0), if(is_registered, place.commune_id, 0))
