-- The counter of commits. seq is the number of the newest commit and is raised as the last write of a transaction, so
-- that whoever reads it first and rows after it, in one snapshot, misses none. epoch changes when the store is
-- restored. rights is the newest commit that touched people, departments, roles or pools: another process on the same
-- file sees by it that its picture of the organisation is old.
CREATE TABLE counter (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	seq    INTEGER NOT NULL,
	epoch  TEXT NOT NULL,
	rights INTEGER NOT NULL
) STRICT;

-- Every record of every kind, generically: a new kind needs no migration here. body is the canonical JSON of its values.
CREATE TABLE record (
	kind    TEXT NOT NULL,
	id      TEXT NOT NULL,
	root    TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL,
	body    TEXT NOT NULL,
	PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX record_root ON record (root, seq);

-- Conflicts by the customer they are about: they follow it to its next holder.
CREATE INDEX record_conflict ON record (body ->> 'root') WHERE kind = 'conflict';

-- One line for each root: in which scopes it is now (a JSON array), how many live rows it has and the sum of their
-- hashes; face_ counts only what a pool shows. An id is a root of one kind for ever.
CREATE TABLE root (
	id         TEXT PRIMARY KEY,
	kind       TEXT NOT NULL,
	scopes     TEXT NOT NULL,
	count      INTEGER NOT NULL,
	sum        TEXT NOT NULL,
	face_count INTEGER NOT NULL,
	face_sum   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The feed: the newest entry of each root in each scope it is or was in. seq is the newest commit that touched any row
-- of the root while it was in the scope, or took it out; joined the commit at which it last entered, first at which it
-- ever entered; gone says that it left, and leave why.
CREATE TABLE feed (
	scope  TEXT NOT NULL,
	root   TEXT NOT NULL,
	seq    INTEGER NOT NULL,
	joined INTEGER NOT NULL,
	first  INTEGER NOT NULL,
	gone   INTEGER NOT NULL,
	leave  TEXT,
	PRIMARY KEY (root, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_scope ON feed (scope, seq, root);

-- One line for each scope: its live rows (of a pool the faces) with the sum of their hashes, and the newest commit that
-- touched it: a pull with nothing new reads this table alone.
CREATE TABLE scope (
	name  TEXT PRIMARY KEY,
	count INTEGER NOT NULL,
	sum   TEXT NOT NULL,
	seq   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which user holds which scope, from commit since to commit until (0: still), with what it shows. Rewritten in the
-- transaction of every change of the organisation, so no right is ever cached.
CREATE TABLE sight (
	user   TEXT NOT NULL,
	scope  TEXT NOT NULL,
	since  INTEGER NOT NULL,
	until  INTEGER NOT NULL,
	face   INTEGER NOT NULL,
	masked TEXT NOT NULL,
	hidden TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (user, scope, since)
) STRICT, WITHOUT ROWID;

-- The result of every mutation, stored with its effects: sent again, it has no second effect.
CREATE TABLE mutation (
	id      TEXT PRIMARY KEY,
	hash    TEXT NOT NULL,
	user    TEXT NOT NULL,
	device  TEXT NOT NULL,
	kind    TEXT NOT NULL,
	record  TEXT NOT NULL,
	op      TEXT NOT NULL,
	outcome TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	result  TEXT NOT NULL,
	at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mutation_device ON mutation (device, seq);
CREATE INDEX mutation_refused ON mutation (record) WHERE outcome = 'refused';
CREATE INDEX mutation_at ON mutation (at);

-- What anybody ever changed: one line for each field of each change; field '' marks creation, deletion and restoring.
-- The values of a new record stand in the record itself until the first change of a field moves them into old.
CREATE TABLE history (
	n      INTEGER PRIMARY KEY,
	seq    INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	id     TEXT NOT NULL,
	field  TEXT NOT NULL,
	op     TEXT NOT NULL,
	old    TEXT,
	new    TEXT,
	by     TEXT NOT NULL,
	device TEXT NOT NULL,
	at     INTEGER NOT NULL
) STRICT;
CREATE INDEX history_record ON history (kind, id, seq);

-- Who can log in. tries counts failures in a row.
CREATE TABLE account (
	user     TEXT PRIMARY KEY,
	password TEXT NOT NULL,
	changed  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The devices, each with the hash of its token (NULL: logged out).
CREATE TABLE device (
	id         TEXT NOT NULL,
	user       TEXT NOT NULL,
	name       TEXT NOT NULL,
	token_hash TEXT UNIQUE,
	replica    TEXT NOT NULL,
	created    INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	last_sync  INTEGER NOT NULL,
	skew       INTEGER NOT NULL,
	revoked    INTEGER NOT NULL,
	PRIMARY KEY (id, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_user ON device (user);

-- Who holds what, from the records of kind holding, for counting and for the reclaim run. start is where the clock of
-- reclaim starts; origin the pool the owner took it from.
CREATE TABLE holding (
	root         TEXT PRIMARY KEY,
	owner        TEXT NOT NULL,
	pool         TEXT NOT NULL,
	origin       TEXT NOT NULL,
	start        INTEGER NOT NULL,
	dealt_at     INTEGER NOT NULL,
	locked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX holding_owner ON holding (owner, origin);
CREATE INDEX holding_pool ON holding (pool) WHERE pool <> '';

-- The ledger of successful claims: the daily limit counts in it, and nothing is ever taken out.
CREATE TABLE ledger (
	claim    TEXT PRIMARY KEY,
	user     TEXT NOT NULL,
	pool     TEXT NOT NULL,
	customer TEXT NOT NULL,
	day      TEXT NOT NULL,
	at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_day ON ledger (user, pool, day);

-- When a user last lost a customer, in whatever way: the cool-down starts there.
CREATE TABLE loss (
	root TEXT NOT NULL,
	user TEXT NOT NULL,
	at   INTEGER NOT NULL,
	PRIMARY KEY (root, user)
) STRICT, WITHOUT ROWID;

-- One reclaim run for each due moment, whoever runs it. after is how far it came; finished 0 while it is on its way.
CREATE TABLE run (
	due      INTEGER PRIMARY KEY,
	started  INTEGER NOT NULL,
	finished INTEGER NOT NULL,
	after    TEXT NOT NULL,
	checked  INTEGER NOT NULL
) STRICT;

-- What a run decided about each customer that was due.
CREATE TABLE run_item (
	due     INTEGER NOT NULL,
	root    TEXT NOT NULL,
	verdict TEXT NOT NULL,
	owner   TEXT NOT NULL,
	pool    TEXT NOT NULL,
	detail  TEXT NOT NULL,
	PRIMARY KEY (due, root)
) STRICT, WITHOUT ROWID;

-- What a customer can be recognised by: m: and the digits of a mobile, n: and the normalised name.
CREATE TABLE mark (
	mark TEXT NOT NULL,
	root TEXT NOT NULL,
	PRIMARY KEY (mark, root)
) STRICT, WITHOUT ROWID;

-- Which row of an imported file became which customer: the same file twice does not double.
CREATE TABLE import_row (
	key  TEXT PRIMARY KEY,
	root TEXT NOT NULL,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Counters by name: the last customer number of a day.
CREATE TABLE number (
	name TEXT PRIMARY KEY,
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
