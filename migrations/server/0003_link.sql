-- The chain of the history: one link for each commit that wrote lines of it, with how many they are and the SHA-256 of
-- the link before and of every line (store/chain.go). A line changed, taken out or put in later fits no link.
CREATE TABLE link (
	seq   INTEGER PRIMARY KEY,
	lines INTEGER NOT NULL,
	sum   TEXT NOT NULL
) STRICT;

-- The newest link stands beside the counter too, which every writer reads first and writes last: the commit and its sum.
-- Before the first link it is how many lines are older than the chain.
ALTER TABLE counter ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counter ADD COLUMN link TEXT NOT NULL DEFAULT '0';
UPDATE counter SET link = CAST((SELECT count(*) FROM history) AS TEXT);
