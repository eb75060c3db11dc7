"""Why a due date is what it is: the same fold with a trace, and the days counted one by one."""
