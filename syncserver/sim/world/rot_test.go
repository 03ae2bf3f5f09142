package world

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"path/filepath"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
)

// doRot lets a laptop lose a row as a mistake of its program would: the row goes, and the laptop counts as if it had never
// been there. The next news of its scope must show that something is wrong, and a repair must bring the row back.
func (w *world) doRot(l *laptop, s step) {
	if l.b == nil || w.live {
		return
	}
	h, err := l.read()
	w.must(err)
	p, err := l.pocket()
	w.must(err)
	if len(p.outbox) > 0 || h.meta["cursor"] == "" {
		return
	}
	var keys []key
	for k, r := range h.server {
		if k.Kind != "contact" || h.shown[k] == nil || r.V != nil {
			continue
		}
		if holder := h.shown[key{"holding", r.Root}]; holder != nil && !nothing(holder.cols["owner"]) {
			keys = append(keys, k)
		}
	}
	k, ok := pick(keys, s.R[0], func(k key) string { return w.labels[k.ID] + k.ID })
	if !ok {
		return
	}
	w.fault("a row rots away")
	w.must(l.lose(h.server[k]))
	l.spoilt = true
	// Somebody does something with the customer, so that there is news.
	m := hub.Mutation{ID: w.id(), Op: hub.OpAsk, Kind: "customer", Record: h.server[k].Root, Root: h.server[k].Root, Command: change.Deal, At: w.serverClock().UnixMilli()}
	m.Args = map[string]string{"dealt": fmt.Sprint(nothing(h.shown[key{"holding", m.Root}].cols["dealt_at"]))}
	_, err = w.node(s.R[1]).h.Command(w.ctx, hub.Identity{User: w.base.Users["admin"], Device: "browser"}, m.Sealed())
	w.mustUnlessWounded(err)
	w.books.observe()
}

// lose takes a row out of a laptop's file and out of its sums.
func (l *laptop) lose(r *rec) (err error) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(l.dir, replica.FileName)+"?_busy_timeout=10000&_secure_delete=true")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	sum := wire.RowSum(r.Kind, r.ID, r.Seq)
	for _, text := range []string{`DELETE FROM "` + r.Kind + `" WHERE id = ?1`, `DELETE FROM finder WHERE id = ?1`} {
		if _, err := db.Exec(text, r.ID); err != nil {
			return err
		}
	}
	if err := subtract(db, `SELECT sum FROM root WHERE id = ?`, `UPDATE root SET count = count - 1, sum = ? WHERE id = ?`, r.Root, sum); err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	var scopes []string
	err = each(tx, `SELECT name FROM scope WHERE face = 0 AND n IN (SELECT scope FROM root_scope WHERE root = '`+r.Root+`')`, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		scopes = append(scopes, name)
		return err
	})
	if err = errors.Join(err, tx.Rollback()); err != nil {
		return err
	}
	for _, name := range scopes {
		if err := subtract(db, `SELECT sum FROM scope WHERE name = ?`, `UPDATE scope SET count = count - 1, sum = ? WHERE name = ?`, name, sum); err != nil {
			return err
		}
	}
	return nil
}

// subtract takes the sum of a row off a stored one of 128 bits.
func subtract(db *sql.DB, read, write, name string, sum wire.Sum) error {
	var stored []byte
	if err := db.QueryRow(read, name).Scan(&stored); err != nil {
		return err
	}
	lo, borrow := bits.Sub64(binary.BigEndian.Uint64(stored[8:]), sum.Lo, 0)
	hi, _ := bits.Sub64(binary.BigEndian.Uint64(stored[:8]), sum.Hi, borrow)
	binary.BigEndian.PutUint64(stored[:8], hi)
	binary.BigEndian.PutUint64(stored[8:], lo)
	_, err := db.Exec(write, stored, name)
	return err
}
