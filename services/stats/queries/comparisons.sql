-- What did the loader compare last, and what came out?
SELECT pair, expected, found, differing, first_ids FROM comparisons FINAL ORDER BY pair
