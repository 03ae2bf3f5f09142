-- One line for each single fact about this replica: epoch, cursor, token, device, user, address.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT
) STRICT, WITHOUT ROWID;
