package world

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store/postgrestest"
)

// doBackup copies the server's database, as an administrator does every night.
func (w *world) doBackup(s step) {
	if w.postgres {
		w.backup = fmt.Sprintf("backup_%d_%d", w.h.Seed, os.Getpid())
		w.copyDatabase(postgrestest.Name(w.path), w.backup)
		w.startNodes()
		return
	}
	w.backup = filepath.Join(w.dir, fmt.Sprintf("backup%d.db", s.N))
	w.must(w.dump(w.backup))
}

// dump copies the database whole, with what is in its log.
func (w *world) dump(to string) error {
	_ = os.Remove(to) // a step that is taken again
	db, err := w.books.db.Conn(w.ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(w.ctx, `PRAGMA query_only = 0`); err != nil {
		return err
	}
	defer func() { _, _ = db.ExecContext(w.ctx, `PRAGMA query_only = 1`) }()
	_, err = db.ExecContext(w.ctx, `VACUUM INTO ?`, to)
	return err
}

// doBackToBackup brings the server back from the backup: what it had acknowledged since, and laptops keep, must come back.
func (w *world) doBackToBackup(_ step) {
	if w.backup == "" {
		return
	}
	w.fault("server restored from a backup")
	for _, n := range w.nodes {
		n.end(false)
	}
	w.connsMu.Lock()
	w.conns = nil
	w.connsMu.Unlock()
	w.books.close()
	if w.postgres {
		name := postgrestest.Name(w.path)
		w.must(errors.Join(dropped(w.path, name), asked(w.path, "ALTER DATABASE "+w.backup+" RENAME TO "+name)))
	} else {
		for _, name := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(w.path + name)
		}
		copyFile(w.t, w.backup, w.path)
		w.must(os.Remove(w.backup))
	}
	w.backup = ""
	w.mu.Lock()
	w.books.open()
	w.mu.Unlock()
	w.nodes[0] = w.startNode(0)
	_, _, err := w.nodes[0].h.Restored(w.ctx, hub.System)
	w.must(err)
	for i := range w.nodes[1:] {
		w.nodes[i+1] = w.startNode(i + 1)
	}
	w.books.observe()
	w.afterRestore()
}

// startNodes starts every server process.
func (w *world) startNodes() {
	for i := range w.nodes {
		w.nodes[i] = w.startNode(i)
	}
	w.books.observe()
}

// afterRestore remembers what the server forgot and the laptops keep.
func (w *world) afterRestore() {
	keeps := map[string]*laptop{}
	for _, l := range w.laptops {
		ids, err := l.keeps()
		w.must(err)
		for _, id := range ids {
			keeps[id] = l
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.answers {
		if _, known := w.books.results[id]; !known {
			delete(w.answers, id)
		}
	}
	for id := range w.done {
		if _, known := w.books.results[id]; known {
			continue
		}
		if l := keeps[id]; l != nil {
			w.comes[id] = l
		} else {
			delete(w.done, id)
		}
	}
}

// keeps lists the acknowledged mutations that a laptop keeps for a server that forgets.
func (l *laptop) keeps() (ids []string, err error) {
	tx, err := l.db.Begin()
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	err = each(tx, `SELECT id FROM kept`, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// checkReturned looks, when all is at rest, for what the server had forgotten: it is there again, or a tray says why not.
func (w *world) checkReturned() {
	for id, l := range w.comes {
		p, err := l.pocket()
		w.must(err)
		w.mu.Lock()
		_, back := w.books.results[id]
		e, active := w.done[id], w.books.look().active(l.me)
		w.mu.Unlock()
		switch {
		case back || !active:
		case p.tray[id] != nil:
			delete(w.done, id)
		case e != nil:
			w.fail(lost, "%s kept it for a server that forgot it, and it did not come back: %v", l, e)
		}
		delete(w.comes, id)
	}
}

// doCopied copies a laptop's file to another machine of the same person: from now on there are two of it.
func (w *world) doCopied(l *laptop, s step) {
	if l.b == nil || len(w.laptops) > 14 {
		return
	}
	w.fault("laptop file copied")
	var first string
	if c, ok := w.some(w.customers(l, viewMine), s.R[1]); ok {
		first = w.twice(l, c, s)
	}
	o := &laptop{w: w, place: len(w.laptops), login: l.login, me: l.me, skew: of(s.R[0], skews...), rows: l.rows, saw: map[key]int64{}, kept: map[string]*entry{}, spoilt: l.spoilt}
	o.line = newLine(w, o)
	from := l.image()
	o.dir = filepath.Join(w.dir, fmt.Sprintf("laptop%d-0", o.place))
	w.must(os.Rename(from, o.dir))
	w.laptops = append(w.laptops, o)
	o.open()
	o.forget()
	if first != "" && o.b != nil && o.b.Undo(first) == nil { // the second change has another base on each of the two now
		delete(o.kept, first)
		w.mu.Lock()
		for id := range o.kept {
			w.typed[id].rebased = true
		}
		w.mu.Unlock()
	}
}

// twice changes a field of a customer twice and gives the first of the two changes.
func (w *world) twice(l *laptop, customer string, s step) (first string) {
	for i := range 2 {
		before := len(l.kept)
		if !w.allowed(l, l.b.Set("customer", customer, schema.Values{"region": s.token(80 + i)})) || len(l.kept) == before {
			return ""
		}
		for id, e := range l.kept {
			if i == 0 && e.Record == customer && same(e.Set["region"], s.token(80)) {
				first = id
			}
		}
	}
	return first
}
