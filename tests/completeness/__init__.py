"""Every answer is on record, whatever is killed: a load, and the server killed in the middle of it."""
