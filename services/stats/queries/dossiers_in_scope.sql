-- Which dossiers lie in a scope, and for whom do they count? A part of other questions, as `in_scope` is for obligations.
SELECT *
FROM dossiers_in_scope(grouping = {grouping:String}, scope_id = {scope_id:UInt32}, is_own = {is_own:Bool}, from_on = {from_on:Date},
                       to_on = {to_on:Date}, as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
