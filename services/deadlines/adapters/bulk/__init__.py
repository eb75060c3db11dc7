"""The bulk path: a whole log folded without Faust, for first loads and replays."""
