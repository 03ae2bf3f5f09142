package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/schema"
	"yuzhou/syncserver/store/postgrestest"
)

// tester is a test, or one round of a property.
type tester interface {
	Context() context.Context
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// verified verifies the history of a store.
func verified(t tester, s *Store, noted ...Link) (c Chain, broken []Break) {
	t.Helper()
	err := s.View(t.Context(), func(v *View) (err error) {
		c, err = v.VerifyHistory(noted, func(b Break) { broken = append(broken, b) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Breaks != int64(len(broken)) {
		t.Errorf("%d breaks, reported %v", c.Breaks, broken)
	}
	return c, broken
}

// whole fails when the chain of a store breaks anywhere.
func whole(t tester, s *Store, noted ...Link) Chain {
	t.Helper()
	c, broken := verified(t, s, noted...)
	if len(broken) > 0 {
		t.Fatalf("%+v breaks: %v", c, broken)
	}
	return c
}

// wrote commits some lines of history, all different.
func wrote(t tester, s *Store, lines int) int64 {
	t.Helper()
	tx, err := s.Begin(noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range lines {
		c := Change{Kind: "customer", ID: fmt.Sprint("c", tx.Head(), "-", i), Op: "set", Field: "name", By: "u1", Device: "d1"}
		if i%2 == 0 {
			c.Old, c.New = "恒达\x00", fmt.Sprint("i", i)
		}
		tx.AddHistory(c)
	}
	seq, err := tx.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// TestChain: each commit with history writes one link, one without writes none, a failed one leaves none; what is read a
// page at a time is read whole (I13).
func TestChain(t *testing.T) {
	s := newStore(t)
	if c := whole(t, s); c != (Chain{Head: Link{Sum: "0"}}) {
		t.Errorf("new: %+v", c)
	}
	first := wrote(t, s, 1)
	tx := begin(t, s)
	put(t, tx, "department", "d", "d", schema.Values{"name": "一"})
	commit(t, tx)
	tx = begin(t, s)
	tx.AddHistory(Change{Kind: "customer", ID: "c", Op: "set"})
	mark := tx.Mark()
	tx.AddHistory(Change{Kind: "customer", ID: "never", Op: "set"})
	tx.Rollback(mark)
	if err := tx.flush(tx.head + 1); err != nil {
		t.Fatal(err)
	}
	if err := tx.Abort(); err != nil {
		t.Fatal(err)
	}
	noted := whole(t, s).Head
	if noted.Seq != first || len(noted.Sum) != 64 {
		t.Errorf("%+v", noted)
	}
	big := wrote(t, s, 2*pageRows)
	for range pageRows/20 + 1 {
		wrote(t, s, 20)
	}
	last := wrote(t, s, 3)
	c := whole(t, s, noted)
	if want := (Chain{Lines: 1 + 2*pageRows + (pageRows/20+1)*20 + 3, Commits: pageRows/20 + 4, Head: c.Head}); c != want || c.Head.Seq != last {
		t.Errorf("%+v, want %+v", c, want)
	}
	if _, broken := verified(t, s, Link{Seq: big, Sum: noted.Sum}, Link{Seq: last + 1, Sum: noted.Sum}); !slices.Equal(broken, []Break{{big, FoundOther}, {last + 1, FoundOther}}) {
		t.Errorf("%v", broken)
	}
}

// TestChainOfSeveralProcesses: what several processes write on one database, at the same time, is one chain; so is what
// they write after a restore (I13).
func TestChainOfSeveralProcesses(t *testing.T) {
	where := postgrestest.Where(t)
	stores := []*Store{openAt(t, where), openAt(t, where), openAt(t, where)}
	var all sync.WaitGroup
	for _, s := range stores {
		all.Go(func() {
			for i := range 15 {
				wrote(t, s, 1+i%3)
			}
		})
	}
	all.Wait()
	noted := whole(t, stores[0]).Head
	tx := begin(t, stores[1])
	tx.NewEpoch()
	commit(t, tx)
	wrote(t, stores[2], 1)
	if c := whole(t, stores[0], noted); c.Commits != 47 || c.Lines != 92 {
		t.Errorf("%+v", c)
	}
}

// TestChainOfAnOlderDatabase: what was written before there was a chain is counted, and the chain goes on from there; to
// put a line among the old ones is noticed (I13).
func TestChainOfAnOlderDatabase(t *testing.T) {
	where := postgrestest.Where(t)
	s, err := Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	wrote(t, s, 3)
	wrote(t, s, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := postgrestest.Look(t, where)
	for _, text := range []string{
		`DROP TABLE link`, `ALTER TABLE counter DROP COLUMN linked`, `ALTER TABLE counter DROP COLUMN link`,
		`DROP INDEX record_conflict`, `ALTER TABLE record DROP COLUMN about`, `CREATE INDEX record_conflict ON record (kind)`,
		`DELETE FROM schema_version WHERE version >= 3`,
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	again := openAt(t, where)
	if c := whole(t, again); c != (Chain{Lines: 5, Older: 5, Head: Link{Sum: "5"}}) {
		t.Errorf("%+v", c)
	}
	first := wrote(t, again, 1)
	if c := whole(t, again); c.Lines != 6 || c.Older != 5 || c.Commits != 1 || c.Head.Seq != first {
		t.Errorf("%+v", c)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE history SET seq = seq - 1 WHERE seq = `+fmt.Sprint(first)); err != nil {
		t.Fatal(err)
	}
	if _, broken := verified(t, again); !slices.Equal(broken, []Break{{first, FoundMissing}}) {
		t.Errorf("%v", broken)
	}
}

// TestWhereTheChainBreaks: the commit that was touched is named, and what is found there; only who knows a link from
// outside finds out about a chain that was made anew (I13).
func TestWhereTheChainBreaks(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		found []Break
	}{
		"a line changed":                {`UPDATE history SET new = '"x"' WHERE n = 3`, []Break{{2, FoundChanged}}},
		"somebody else's deed":          {`UPDATE history SET by = 'u2' WHERE n = 3`, []Break{{2, FoundChanged}}},
		"nothing became empty":          {`UPDATE history SET old = '' WHERE n = 2`, []Break{{1, FoundChanged}}},
		"a line deleted":                {`DELETE FROM history WHERE n = 3`, []Break{{2, FoundMissing}}},
		"a line added at the end":       {`INSERT INTO history (seq, kind, id, field, op, by, device, at) SELECT 2, kind, id, field, op, by, device, at FROM history WHERE n = 3`, []Break{{2, FoundMoved}}},
		"a line added to the last":      {`INSERT INTO history (seq, kind, id, field, op, by, device, at) SELECT 4, kind, id, field, op, by, device, at FROM history WHERE n = 3`, []Break{{4, FoundAdded}}},
		"lines outside of the chain":    {`INSERT INTO history (seq, kind, id, field, op, by, device, at) SELECT 5, kind, id, field, op, by, device, at FROM history WHERE n < 4`, []Break{{5, FoundAdded}}},
		"a line before all":             {`INSERT INTO history (n, seq, kind, id, field, op, by, device, at) SELECT -5, 0, kind, id, field, op, by, device, at FROM history WHERE n = 3`, []Break{{1, FoundChanged}}},
		"two lines change places":       {`UPDATE history SET n = -n WHERE n = 3; UPDATE history SET n = 3 WHERE n = 4; UPDATE history SET n = 4 WHERE n = -3`, []Break{{2, FoundChanged}}},
		"a link changed":                {`UPDATE link SET sum = 'x' WHERE seq = 3`, []Break{{3, FoundChanged}, {4, FoundChanged}}},
		"a link deleted":                {`DELETE FROM link WHERE seq = 3`, []Break{{3, FoundAdded}, {4, FoundChanged}}},
		"the end is cut off":            {`DELETE FROM history WHERE seq = 4; DELETE FROM link WHERE seq = 4`, []Break{{4, FoundCut}}},
		"everything is gone":            {`DELETE FROM history; DELETE FROM link`, []Break{{4, FoundCut}}},
		"a commit in the middle":        {`DELETE FROM history WHERE seq = 2; DELETE FROM link WHERE seq = 2`, []Break{{3, FoundChanged}}},
		"the lines of a commit":         {`DELETE FROM history WHERE seq = 2`, []Break{{2, FoundMissing}}},
		"the head":                      {`UPDATE counter SET link = '0', linked = 0`, []Break{{4, FoundCut}}},
		"the end, and the head with it": {`DELETE FROM history WHERE seq = 4; DELETE FROM link WHERE seq = 4; UPDATE counter SET linked = 3, link = (SELECT sum FROM link WHERE seq = 3)`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			where := postgrestest.Where(t)
			s := openAt(t, where)
			for range 4 {
				wrote(t, s, 2)
			}
			noted := whole(t, s).Head
			if _, err := postgrestest.Look(t, where).ExecContext(t.Context(), c.text); err != nil {
				t.Fatal(err)
			}
			if _, broken := verified(t, s); !slices.Equal(broken, c.found) {
				t.Errorf("%v, want %v", broken, c.found)
			}
			if _, broken := verified(t, s, noted); len(broken) == 0 {
				t.Error("nothing was found although the head was noted")
			}
		})
	}
}

// forger touches the tables past the store, as somebody with the database's password can.
type forger struct {
	t  *rapid.T
	db *sql.DB
}

func (f forger) does(text string) {
	if _, err := f.db.ExecContext(f.t.Context(), text); err != nil {
		f.t.Fatal(err)
	}
}

func (f forger) number(text string) (n int64) {
	if err := f.db.QueryRowContext(f.t.Context(), text).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// row draws a line by its n.
func (f forger) row() int64 {
	count := f.number(`SELECT count(*) FROM history`)
	return f.number(fmt.Sprintf(`SELECT n FROM history ORDER BY n LIMIT 1 OFFSET %d`, rapid.Int64Range(0, count-1).Draw(f.t, "row")))
}

const (
	columns    = `kind, id, field, op, old, new, by, device, at`
	allColumns = `seq, ` + columns
)

// forgeries are what one can do to a history once.
var forgeries = map[string]func(f forger){
	"change": func(f forger) {
		column := rapid.SampledFrom([]string{"seq", "kind", "id", "field", "op", "old", "new", "by", "device", "at"}).Draw(f.t, "column")
		to := column + ` || 'x'`
		switch column {
		case "seq", "at":
			to = fmt.Sprintf(`%s + %d`, column, rapid.SampledFrom([]int{-1, 1, 1 << 40}).Draw(f.t, "by"))
		case "old", "new":
			to = `CASE WHEN ` + column + ` IS NULL THEN ` + rapid.SampledFrom([]string{`''`, `'null'`}).Draw(f.t, "to") + ` END`
		}
		f.does(fmt.Sprintf(`UPDATE history SET %s = %s WHERE n = %d`, column, to, f.row()))
	},
	"delete": func(f forger) { f.does(fmt.Sprintf(`DELETE FROM history WHERE n = %d`, f.row())) },
	"insert": func(f forger) {
		n := rapid.SampledFrom([]string{`(SELECT max(n) + 1 FROM history)`, `(SELECT min(n) - 1 FROM history)`, `-9223372036854775808`, `9223372036854775807`}).Draw(f.t, "n")
		seq := rapid.SampledFrom([]string{`0`, `1`, `(SELECT max(seq) FROM history)`, `(SELECT max(seq) + 1 FROM history)`, `-9223372036854775808`, `9223372036854775807`}).Draw(f.t, "seq")
		f.does(fmt.Sprintf(`INSERT INTO history (n, %s) SELECT %s, %s, %s FROM history WHERE n = %d`, allColumns, n, seq, columns, f.row()))
	},
	"swap": func(f forger) {
		a, b := f.row(), f.row()
		if a == b {
			f.t.Skip("one line alone")
		}
		const aside = -1 << 40
		for _, move := range [][2]int64{{a, aside}, {b, a}, {aside, b}} {
			f.does(fmt.Sprintf(`UPDATE history SET n = %d WHERE n = %d`, move[1], move[0]))
		}
	},
	"cut": func(f forger) {
		last := rapid.Int64Range(0, f.number(`SELECT max(seq) - 1 FROM history`)).Draw(f.t, "last")
		f.does(fmt.Sprintf(`DELETE FROM history WHERE seq > %d`, last))
		f.does(fmt.Sprintf(`DELETE FROM link WHERE seq > %d`, last))
	},
	"link": func(f forger) {
		seq := f.number(fmt.Sprintf(`SELECT seq FROM history WHERE n = %d`, f.row()))
		how := rapid.SampledFrom([]string{`DELETE FROM link`, `UPDATE link SET sum = sum || '0'`, `UPDATE link SET lines = lines + 1`, `UPDATE link SET seq = -seq`}).Draw(f.t, "how")
		f.does(fmt.Sprintf(how+` WHERE seq = %d`, seq))
	},
}

// TestAnyForgeryIsFound: whatever is done once to the history or its chain, the chain breaks; and when the whole chain is
// then made anew, as only somebody who knows it well can, it differs from a head that was noted (I13).
func TestAnyForgeryIsFound(t *testing.T) {
	where := postgrestest.Where(t)
	s, db := openAt(t, where), postgrestest.Look(t, where)
	rapid.Check(t, func(rt *rapid.T) {
		f := forger{rt, db}
		f.does(`DELETE FROM history; DELETE FROM link; UPDATE counter SET seq = 0, linked = 0, link = '0'`)
		for _, lines := range rapid.SliceOfN(rapid.IntRange(1, 4), 1, 5).Draw(rt, "commits") {
			wrote(rt, s, lines)
		}
		noted := whole(rt, s).Head
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(forgeries))).Draw(rt, "forgery")
		forgeries[name](f)
		if c, broken := verified(rt, s); len(broken) == 0 {
			rt.Fatalf("%s was not found: %+v", name, c)
		}
		// Made anew, the chain may well be the one that was there; and what comes after it a head says nothing of.
		if name == "link" || name == "swap" || f.number(fmt.Sprintf(`SELECT count(*) FROM history WHERE seq > %d`, noted.Seq)) > 0 {
			return
		}
		f.remake()
		whole(rt, s)
		if c, broken := verified(rt, s, noted); len(broken) == 0 {
			rt.Fatalf("%s and a new chain were not found with the head that was noted: %+v", name, c)
		}
	})
}

// remake makes the chain anew, so that it fits what the history says now.
func (f forger) remake() {
	all := f.lines()
	f.does(`DELETE FROM history; DELETE FROM link`)
	head := Link{Sum: "0"}
	for len(all) > 0 {
		end := slices.IndexFunc(all, func(l numbered) bool { return l.seq != all[0].seq })
		if end < 0 {
			end = len(all)
		}
		sum := newTally(head.Sum, all[0].seq, int64(end))
		for _, l := range all[:end] {
			sum.add(&l.line)
			_, err := f.db.ExecContext(f.t.Context(), `INSERT INTO history (`+allColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
				l.seq, l.kind, l.id, l.field, l.op, l.old, l.new, l.by, l.device, l.at)
			if err != nil {
				f.t.Fatal(err)
			}
		}
		head = Link{Seq: all[0].seq, Sum: sum.sum()}
		f.does(fmt.Sprintf(`INSERT INTO link (seq, lines, sum) VALUES (%d, %d, '%s')`, head.Seq, end, head.Sum))
		all = all[end:]
	}
	f.does(fmt.Sprintf(`UPDATE counter SET linked = %d, link = '%s'`, head.Seq, head.Sum))
}

// lines reads all lines in the order of a chain.
func (f forger) lines() (all []numbered) {
	rows, err := f.db.QueryContext(f.t.Context(), `SELECT `+allColumns+` FROM history ORDER BY seq, n`)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l numbered
		if err := rows.Scan(&l.seq, &l.kind, &l.id, &l.field, &l.op, &l.old, &l.new, &l.by, &l.device, &l.at); err != nil {
			f.t.Fatal(err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		f.t.Fatal(err)
	}
	return all
}
