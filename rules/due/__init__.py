"""The arithmetic of due dates: terms, supplements, classes, reminders, apologies. One pure function per rule."""
