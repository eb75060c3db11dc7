-- Every dossier that matters to a period, with one flag per figure (domain.md 4.7.2; ADR 0015): `dossiers_in_scope` without a scope.
--
--   SELECT group_id, count() FROM dossiers_in_period(level='commune', from_on='2026-03-02', to_on='2026-03-09',
--                                                    as_of='2026-03-09 00:00:00') WHERE received GROUP BY group_id
--
-- The period is [from_on, to_on), days of Asia/Ho_Chi_Minh (B6). What is open is judged as of `as_of` with what was true then.
-- group_id is the unit under which the dossier is counted at `level`: NULL = counted above this level; at the commune level a dossier of
-- an unregistered unit is counted under that unit's own number, above it under 0. unit_id is the unit that counts it, which is the one
-- that received it (received_by_unit_id) unless a reorganisation gave it to another (OR-8).
CREATE OR REPLACE VIEW dossiers_in_period AS
SELECT *, counted_for.1 AS group_id
FROM dossiers_in_scope(grouping = {level:String}, scope_id = 0, is_own = false, from_on = {from_on:Date}, to_on = {to_on:Date},
                       as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')});
