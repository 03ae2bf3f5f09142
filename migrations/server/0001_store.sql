-- The counter of commits. seq is the number of the newest commit; it is raised as the last write of a transaction, so
-- that whoever reads it and then rows, in one snapshot, misses none. epoch changes when the store is restored.
CREATE TABLE counter (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	seq   INTEGER NOT NULL,
	epoch TEXT NOT NULL
) STRICT;
