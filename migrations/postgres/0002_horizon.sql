-- Up to which commit the feed has forgotten what left a scope. A laptop that was last here before is told the whole
-- scope anew.
ALTER TABLE scope ADD COLUMN horizon bigint NOT NULL DEFAULT 0;

-- The roots of a scope in the order of their ids are found by the key of feed.

-- What left, the longest ago first: what upkeep forgets.
CREATE INDEX feed_gone ON feed (seq) WHERE gone = 1;

-- Which commit was the newest at an upkeep. So the age of a commit is known in days of work, and a clock that jumps by
-- years makes nothing old.
CREATE TABLE tide (
	seq bigint PRIMARY KEY,
	at  bigint NOT NULL
);
