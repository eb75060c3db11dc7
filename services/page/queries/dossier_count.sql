-- How many dossiers stand behind a figure of a scope? The same flag and the same scope as in dossiers.sql.
SELECT count() AS total
FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE {figure:Identifier}
    AND ({scope_id:UInt32} = 0
        OR if({is_own:Bool}, unit_id = {scope_id:UInt32}, {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id)))
