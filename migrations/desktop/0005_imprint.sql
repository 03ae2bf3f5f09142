-- What the rows under a root said when they were looked at last: content is a hash of their fields; version is a hash of
-- what must have changed before a field may say something else (the rows' numbers, the scopes they come through).
CREATE TABLE imprint (
	root    TEXT PRIMARY KEY,
	version INTEGER NOT NULL,
	content INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
