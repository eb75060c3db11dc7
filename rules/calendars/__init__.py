"""Working calendars as versioned data: which days and sessions count, for whom, known since when."""
