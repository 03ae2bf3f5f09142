-- Changes that the server has accepted, as they were sent, for 30 days: a server that was copied back from an older
-- backup has forgotten some of them, and is offered all of them again. n is that of the outbox, so the order is the one
-- in which they were typed. offer: 0 kept, 1 to be offered again, 2 answered with a conflict that has yet to be told.
CREATE TABLE kept (
	n        INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	root     TEXT NOT NULL,
	mutation TEXT NOT NULL,
	outcome  TEXT NOT NULL,
	at       INTEGER NOT NULL, -- when it was accepted, Unix ms
	offer    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX kept_root ON kept (root);
CREATE INDEX kept_offer ON kept (n) WHERE offer > 0;

-- The spans that the answer which is coming in tells whole; empty between checkpoints.
CREATE TABLE span (
	n     INTEGER PRIMARY KEY,
	scope TEXT NOT NULL,
	first TEXT NOT NULL,
	past  TEXT NOT NULL -- '' for no end
) STRICT;
-- The roots that the answer named in its spans: at its end the others leave the scope.
CREATE TABLE span_root (
	scope TEXT NOT NULL,
	root  TEXT NOT NULL,
	PRIMARY KEY (scope, root)
) STRICT, WITHOUT ROWID;
