"""HTTP in and out, the files of the page, and the way to the statistics."""
