-- Where did a unit stand on a day? A unit that was not in force then answers with its latest place.
SELECT argMax((province_id, district_id, commune_id), (valid_from <= {on:Date}, valid_from)) AS place
FROM units FINAL
WHERE unit_id = {unit_id:UInt32}
GROUP BY unit_id
