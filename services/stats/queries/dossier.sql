-- What is known of one dossier, and how does it stand as of now? The view is asked for all time, so that it is always in it;
-- of several rows the last says how it stands.
SELECT * REPLACE (received_by_unit_id AS unit_id)
FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE dossier_id = {dossier_id:String}
ORDER BY opened_on, since DESC
LIMIT 1
