-- Which dossiers have a code with these letters and digits, and how was it written? Which of them are meant, `events.identity.code_of`
-- says: it alone knows when two codes are one.
SELECT DISTINCT dossier_id, dossier_code
FROM events
WHERE upperUTF8(replaceRegexpAll(normalizeUTF8NFKC(dossier_code), '[^\\pL\\pN]', '')) = {letters:String}
    OR dossier_id = {dossier_id:String}
ORDER BY dossier_id, dossier_code
