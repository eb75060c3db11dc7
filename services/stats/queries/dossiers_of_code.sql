-- Which dossiers bear a code, the one of their acceptance or one that they got later (DR-30)? Two are as good as many.
SELECT dossier_id
FROM dossiers FINAL
WHERE dossier_code = {code:String} OR has(further_codes, {code:String})
LIMIT 2
