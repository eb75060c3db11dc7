"""`motcua rebuild store`: the event store, from what the relay published of it."""
