package store

import "testing"

// TestDialects: what is not shared is put into each database's words, and literals and quoted names stay as they are.
func TestDialects(t *testing.T) {
	for _, c := range []struct{ text, sqlite, postgres string }{
		{
			`SELECT a FROM t WHERE b = ? AND c > ?`,
			`SELECT a FROM t WHERE b = ? AND c > ?`,
			`SELECT a FROM t WHERE b = $1 AND c > $2`,
		},
		{
			`SELECT 'a?''user' || d.user, "user" FROM device d WHERE user = ?2 AND user_name = ?1 OR x = ?2`,
			`SELECT 'a?''user' || d.user, "user" FROM device d WHERE user = ?2 AND user_name = ?1 OR x = ?2`,
			`SELECT 'a?''user' || d."user", "user" FROM device d WHERE "user" = $2 AND user_name = $1 OR x = $2`,
		},
		{
			`SELECT 1 FROM list(?) j CROSS JOIN record r ON r.root = j.value WHERE r.seq > ?`,
			`SELECT 1 FROM json_each(?) j CROSS JOIN record r ON r.root = j.value WHERE r.seq > ?`,
			`SELECT 1 FROM unnest($1::text[]) AS j(value) JOIN record r ON r.root = j.value WHERE r.seq > $2`,
		},
		{
			`SELECT 1 FROM pairs(?1) p CROSS JOIN record r ON r.kind = p.a AND r.id = p.b`,
			`SELECT 1 FROM (SELECT value AS a, key AS b FROM json_each(?1)) p CROSS JOIN record r ON r.kind = p.a AND r.id = p.b`,
			`SELECT 1 FROM unnest(($1::text[])[:cardinality($1::text[]) / 2], ($1::text[])[cardinality($1::text[]) / 2 + 1:]) AS p(a, b) JOIN record r ON r.kind = p.a AND r.id = p.b`,
		},
		{
			`UPDATE device SET last_sync = greatest(last_sync, ?1) WHERE id = ?2`,
			`UPDATE device SET last_sync = max(last_sync, ?1) WHERE id = ?2`,
			`UPDATE device SET last_sync = greatest(last_sync, $1) WHERE id = $2`,
		},
		{
			`SELECT quoted(r.id) || 'quoted(' FROM record r`,
			`SELECT json_quote(r.id) || 'quoted(' FROM record r`,
			`SELECT to_json(r.id) || 'quoted(' FROM record r`,
		},
		{
			`SELECT seq FROM counter FOR UPDATE`,
			`SELECT seq FROM counter`,
			`SELECT seq FROM counter FOR UPDATE`,
		},
	} {
		if got := forSQLite(c.text); got != c.sqlite {
			t.Errorf("SQLite:\n%s\nwant\n%s", got, c.sqlite)
		}
		if got := forPostgres(c.text); got != c.postgres {
			t.Errorf("PostgreSQL:\n%s\nwant\n%s", got, c.postgres)
		}
	}
}
