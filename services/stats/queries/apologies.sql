-- How many apologies were owed by each unit for due dates in a period, and how many were sent in time, late or not at all?
SELECT
    assumeNotNull(group_id) AS counted_unit_id,
    count() AS apology_required,
    countIf(apology_in_time) AS apology_in_time,
    countIf(apology_late) AS apology_late,
    countIf(apology_missing) AS apology_missing
FROM apologies_in_period(level = {level:String}, from_on = {from_on:Date}, to_on = {to_on:Date},
                         as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE group_id IS NOT NULL
    AND ({scope_id:UInt32} = 0 OR {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
GROUP BY counted_unit_id
ORDER BY counted_unit_id
