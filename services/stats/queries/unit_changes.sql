-- On which days did units of a scope begin or end (OR-9)? Only days within the register's life: the very first day is no change.
SELECT changed_on AS on, groupUniqArray(3)(legal_basis) AS legal_basis
FROM
(
    SELECT arrayJoin([valid_from, valid_until]) AS changed_on, legal_basis
    FROM units FINAL
    WHERE valid_from < valid_until
        AND ({scope_id:UInt32} = 0 OR {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
)
WHERE changed_on > {from_on:Date} AND changed_on < {to_on:Date} AND changed_on > (SELECT min(valid_from) FROM units FINAL)
GROUP BY on
ORDER BY on
