-- The scopes this replica holds, as the server granted them, with the count and sum of their rows computed here.
CREATE TABLE scope (
	n      INTEGER PRIMARY KEY,
	name   TEXT NOT NULL UNIQUE,
	face   INTEGER NOT NULL DEFAULT 0,
	masked TEXT,
	hidden TEXT,
	count  INTEGER NOT NULL DEFAULT 0,
	sum    BLOB NOT NULL
) STRICT;

-- The roots this replica holds, with count and sum of the server's rows under each: all of them, and the face alone.
CREATE TABLE root (
	id         TEXT PRIMARY KEY,
	count      INTEGER NOT NULL,
	sum        BLOB NOT NULL,
	face_count INTEGER NOT NULL,
	face_sum   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Through which scopes a root is held; a root without a line here has left and is removed with all its rows.
CREATE TABLE root_scope (
	root  TEXT NOT NULL,
	scope INTEGER NOT NULL,
	PRIMARY KEY (root, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX root_scope_scope ON root_scope (scope);

-- The changes that the server has not finally answered, in the order in which they were typed. mutation is what goes
-- over the wire; local holds what only this laptop shows until the server has spoken (the provisional number).
CREATE TABLE outbox (
	n        INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,
	op       TEXT NOT NULL,
	kind     TEXT NOT NULL,
	record   TEXT NOT NULL,
	root     TEXT NOT NULL,
	mutation TEXT NOT NULL,
	local    TEXT,
	state    TEXT NOT NULL,
	tries    INTEGER NOT NULL DEFAULT 0,
	outcome  TEXT, -- of the answer, and the commit of its effect
	seq      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_record ON outbox (record);
CREATE INDEX outbox_root ON outbox (root);

-- The server's row under a record that has unsent changes; seq 0 and no body: the server has none yet.
CREATE TABLE shadow (
	kind    TEXT NOT NULL,
	id      TEXT NOT NULL,
	root    TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	masked  TEXT,
	body    TEXT,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shadow_root ON shadow (root);

-- What wants a decision or a look: refused changes with all that was typed, verdicts, customers that left.
CREATE TABLE tray (
	id   TEXT PRIMARY KEY,
	type TEXT NOT NULL,
	root TEXT NOT NULL,
	at   INTEGER NOT NULL,
	body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows of kinds that this program does not know: kept, counted and passed on.
CREATE TABLE foreign_row (
	kind   TEXT NOT NULL,
	id     TEXT NOT NULL,
	root   TEXT NOT NULL,
	seq    INTEGER NOT NULL,
	masked TEXT,
	body   TEXT,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX foreign_row_root ON foreign_row (root);

-- What the search box looks through: one narrow line for each record that can be found, its text in lower case and
-- half width, names also as pinyin, telephones as digits.
CREATE TABLE finder (
	kind TEXT NOT NULL,
	id   TEXT NOT NULL,
	root TEXT NOT NULL,
	text TEXT NOT NULL
) STRICT;
CREATE INDEX finder_root ON finder (root);

-- Pages of a pull that is not complete, compressed as they came; they are applied in one transaction at its end.
CREATE TABLE staged (
	n    INTEGER PRIMARY KEY,
	body BLOB NOT NULL
) STRICT;
