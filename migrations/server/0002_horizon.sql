-- Up to which commit the feed has forgotten what left a scope. A laptop that was last here before is told the whole
-- scope anew.
ALTER TABLE scope ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

-- The roots of a scope in the order of their ids: for telling a part of it, and for adding it up. An edit does not touch
-- this index.
CREATE INDEX feed_root ON feed (scope, root);

-- What left, the longest ago first: what upkeep forgets.
CREATE INDEX feed_gone ON feed (seq) WHERE gone = 1;

-- Which commit was the newest at an upkeep. So the age of a commit is known in days of work, and a clock that jumps by
-- years makes nothing old.
CREATE TABLE tide (
	seq INTEGER PRIMARY KEY,
	at  INTEGER NOT NULL
) STRICT;
