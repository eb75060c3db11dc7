-- Every dossier that matters to a period, for each unit that counts it there, with one flag per figure (domain.md 4.7.2; ADR 0015).
-- The figures count these flags, and the list behind a figure is filtered by the same flag. Who writes SQL asks `dossiers_in_period`.
--
-- scope_id: this unit and below (0 = everywhere), or with is_own only the unit itself. grouping: `whole`, a level (counted_for.1 is NULL
-- for what counts above it), or `children`: the units directly below the scope, so that they sum to it (I6). The level below follows from
-- the dossiers, not from a date: where they have no district (B3, OR-6), a province is followed by its communes. What counts for a unit
-- itself counts under `own`. A dossier has one row, or one per unit of the grouping that it passed through in a reorganisation (OR-8);
-- within a unit of the grouping it is neither handed over nor taken over.
CREATE OR REPLACE VIEW dossiers_in_scope AS
WITH
    toDateTime64({from_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_from,
    toDateTime64({to_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_to,
    {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')} AS seen_at,
    -- standing begin (make generated)
    arrayCount(at -> at < period_from, endings.counted_at) AS ended_before,
    arrayCount(at -> at < period_to, endings.counted_at) AS ended_until,
    arrayCount(at -> at < period_from, reopenings.counted_at) AS reopened_before,
    arrayCount(at -> at < period_to, reopenings.counted_at) AS reopened_until,
    ended_before > reopened_before AS was_ended,
    ended_until > reopened_until AS is_ended,
    accepted_at < period_to AND (NOT was_ended OR reopened_until > reopened_before) AS is_concerned,
    multiIf(empty(reassignments), 0, accepted_at >= period_from, 0, was_ended, arrayCount(at -> at <= reopenings.counted_at[reopened_before + 1], reassignments.counted_at), arrayCount(at -> at < period_from, reassignments.counted_at)) AS taken_over_at_entry,
    multiIf(empty(reassignments), 0, is_ended, arrayCount(at -> at <= endings.counted_at[ended_until], reassignments.counted_at), arrayCount(at -> at < period_to, reassignments.counted_at)) AS taken_over_at_exit,
    arraySlice(arrayConcat([(unit_id, province_id, district_id, commune_id)], arrayMap(one -> (one.unit_id, one.province_id, one.district_id, one.commune_id), reassignments)), taken_over_at_entry + 1, taken_over_at_exit - taken_over_at_entry + 1) AS path,
    if(is_ended, endings.outcome[ended_until], 'open') AS period_outcome,
    -- standing end
    arrayMap(at -> multiIf(
        {scope_id:UInt32} != 0 AND NOT if({is_own:Bool}, at.1 = {scope_id:UInt32}, {scope_id:UInt32} IN (at.1, at.2, at.3, at.4)), (0::UInt32, 'outside'),
        {grouping:String} = 'whole', ({scope_id:UInt32}, 'whole'),
        {grouping:String} = 'province', (at.2, 'province'),
        {grouping:String} = 'district', if(at.3 = 0 AND at.2 != 0, (0::UInt32, 'above'), (at.3, 'district')),
        {grouping:String} = 'commune', multiIf(at.4 != 0, (at.4, 'commune'), at.2 = 0 AND at.3 = 0, (at.1, 'commune'), (0::UInt32, 'above')),
        {scope_id:UInt32} = 0 AND at.2 != 0, (at.2, 'province'),
        {scope_id:UInt32} IN (0, at.2) AND at.3 != 0, (at.3, 'district'),
        {scope_id:UInt32} IN (0, at.2, at.3) AND at.4 != 0, (at.4, 'commune'),
        (at.1, 'own')
    ), path) AS keys,
    keys[nth] = keys[1] AS is_entry,
    keys[nth] = keys[-1] AS is_exit,
    if(is_exit, path[-1], path[nth]) AS place,
    arrayFilter(change -> change.1 < seen_at, due_history) AS known_dues
SELECT
    facts.* REPLACE (place.1 AS unit_id, place.2 AS province_id, place.3 AS district_id, place.4 AS commune_id),
    facts.unit_id AS received_by_unit_id,
    if(keys[nth].2 = 'above', (NULL::Nullable(UInt32), {grouping:String}), (toNullable(keys[nth].1), keys[nth].2)) AS counted_for,
    period_outcome, is_exit,
    if(is_ended, endings.ended_at[ended_until], NULL) AS seen_ended_at,
    if(empty(known_dues), NULL, known_dues[-1].2) AS seen_due_at,
    arrayExists(pause -> pause.1 < seen_at AND pause.2 >= seen_at, pauses) AS is_paused,
    -- figures begin (make generated)
    is_entry AND accepted_at < period_from AND NOT was_ended AS carried_in,
    is_entry AND accepted_at >= period_from AS received,
    received AND channel = 1 AS received_direct,
    received AND channel = 2 AS received_online,
    received AND channel = 3 AS received_postal,
    is_entry AND was_ended AS reopened,
    NOT is_entry AS transferred_in,
    is_exit AND is_ended AND period_outcome != 'terminated' AS resolved,
    resolved AND period_outcome = 'early' AS early,
    resolved AND period_outcome = 'on_time' AS on_time,
    resolved AND period_outcome = 'late' AS late,
    resolved AND period_outcome = 'unknown' AS unknown,
    is_exit AND is_ended AND period_outcome = 'terminated' AS terminated,
    NOT is_exit AS transferred_out,
    is_exit AND NOT is_ended AS open,
    open AND NOT is_paused AND ifNull(seen_due_at >= seen_at, false) AS open_within,
    open_within AND ifNull(seen_due_at < seen_at + INTERVAL 1 DAY, false) AS open_due_soon,
    open AND is_paused AS open_paused,
    open AND NOT is_paused AND ifNull(seen_due_at < seen_at, false) AS open_overdue,
    open AND NOT is_paused AND seen_due_at IS NULL AS open_unknown,
    open_overdue AND apology_class NOT IN ('', 'waived') AND NOT ifNull(apology_sent_at < seen_at, false) AS open_overdue_unapologised
    -- figures end
FROM dossiers AS facts FINAL
ARRAY JOIN arrayFilter(one -> keys[one].2 != 'outside' AND indexOf(keys, keys[one]) = one, arrayEnumerate(keys)) AS nth
WHERE is_concerned
SETTINGS do_not_merge_across_partitions_select_final = 1;
