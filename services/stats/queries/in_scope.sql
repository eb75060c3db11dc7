-- What of a view lies in a scope, and for whom does it count? A part of other questions; the view is put in. Of dossiers,
-- whose unit may change in a period, `dossiers_in_scope` asks the same.
-- scope_id: this unit and below (0 = everywhere), or with is_own only what the unit itself received. grouping: `whole`, a level
-- (NULL = received above it), or `children`: the units directly below the scope, so that they sum to it (I6). The level below follows
-- from the dossiers, not from a date: where they have no district (B3, OR-6), a province is followed by its communes. What a unit
-- received itself counts under `own`.
SELECT
    *,
    multiIf(
        {grouping:String} = 'whole', (toNullable({scope_id:UInt32}), 'whole'),
        {grouping:String} != 'children', (group_id, {grouping:String}),
        {scope_id:UInt32} = 0 AND province_id != 0, (toNullable(province_id), 'province'),
        {scope_id:UInt32} IN (0, province_id) AND district_id != 0, (toNullable(district_id), 'district'),
        {scope_id:UInt32} IN (0, province_id, district_id) AND commune_id != 0, (toNullable(commune_id), 'commune'),
        (toNullable(unit_id), 'own')
    ) AS counted_for
FROM {{view}}(level = {grouping:String}, from_on = {from_on:Date}, to_on = {to_on:Date}, as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE {scope_id:UInt32} = 0
    OR if({is_own:Bool}, unit_id = {scope_id:UInt32}, {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
