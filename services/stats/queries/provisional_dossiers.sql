-- How many open dossiers have a due date that was counted over a year without a notice (CAL-6), as of now?
SELECT count() AS open_dossiers
FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE open AND is_provisional
