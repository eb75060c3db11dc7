"""The live worker: Faust, its consumer and producer, timers and checkpoints."""
