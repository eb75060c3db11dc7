-- Which dossiers have a code with these letters and digits, one that an event bears or one that they got later (DR-30), and how was
-- it written? Which of them are meant, `events.identity.code_of` says: it alone knows when two codes are one.
SELECT DISTINCT dossier_id, dossier_code
FROM
(
    SELECT dossier_id, dossier_code FROM events
    UNION ALL
    SELECT dossier_id, arrayJoin(further_codes) AS dossier_code FROM dossiers FINAL
)
WHERE upperUTF8(replaceRegexpAll(normalizeUTF8NFKC(dossier_code), '[^\\pL\\pN]', '')) = {letters:String}
    OR dossier_id = {dossier_id:String}
ORDER BY dossier_id, dossier_code
