package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"yuzhou/shared/schema"
)

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("store: closed")

// View is one read snapshot: everything in it is as of commit Head. It is used by one goroutine.
type View struct {
	Head   int64
	Epoch  string
	Rights int64 // the newest commit that changed the organisation
	c      *conn
}

// View runs fn on a snapshot. The head is read first, so fn sees exactly the commits up to it.
func (s *Store) View(ctx context.Context, fn func(*View) error) (err error) {
	var c *conn
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return ErrClosed
	case c = <-s.idle:
	}
	defer func() { s.idle <- c }()
	v := &View{}
	c, err = s.start(ctx, c, reading, func(c *conn) error {
		v.c = c
		_, err := c.one([]any{&v.Head, &v.Epoch, &v.Rights}, `SELECT seq, epoch, rights FROM counter`)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	s.noteEpoch(v.Epoch)
	defer func() {
		if c.lost() {
			_ = c.close() // it is gone; the next view connects anew
			c = nil
			return
		}
		err = errors.Join(err, c.end(toRollback))
	}()
	return fn(v)
}

// Record reads a record; deleted ones are there too.
func (v *View) Record(kind, id string) (r schema.Record, found bool, err error) {
	var body string
	r = schema.Record{Kind: kind, ID: id}
	found, err = v.c.one([]any{&r.Root, &r.Seq, &r.Deleted, &body}, `SELECT root, seq, deleted, body FROM record WHERE kind = ? AND id = ?`, kind, id)
	if err != nil || !found {
		return r, false, err
	}
	r.Values, err = schema.ParseValues(body)
	return r, true, err
}

// All lists the live records of a kind by id; for kinds of which there are few.
func (v *View) All(kind string) (list []schema.Record, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		r := schema.Record{Kind: kind}
		var body string
		if err := scan(&r.ID, &r.Root, &r.Seq, &body); err != nil {
			return err
		}
		var err error
		r.Values, err = schema.ParseValues(body)
		list = append(list, r)
		return err
	}, `SELECT id, root, seq, body FROM record WHERE kind = ? AND deleted = 0 ORDER BY id`, kind)
	return list, err
}

// Row is one version of a record as it is stored.
type Row struct {
	Kind, ID string
	Seq      int64
	Deleted  bool
	Body     string
}

// LiveRows reads all live rows under roots, of each root together; faces reads only what a pool shows.
func (v *View) LiveRows(roots []string, faces bool, fn func(root string, r Row)) error {
	text := `SELECT r.root, r.kind, r.id, r.seq, r.deleted, r.body FROM list(?) j CROSS JOIN record r ON r.root = j.value WHERE r.deleted = 0`
	if faces {
		text += ` AND r.kind IN (` + faceKinds + `)`
	}
	return v.rows(fn, text, roots)
}

// WholeLines reads all live rows under roots in the form of the wire, those of a root in one text, a line for each without
// the last line break. To take every row out of the database by itself costs as much again as to find it there.
func (v *View) WholeLines(roots []string, faces bool, fn func(root, lines string)) error {
	if len(roots) == 0 {
		return nil
	}
	some := ""
	if faces {
		some = ` AND r.kind IN (` + faceKinds + `)`
	}
	return v.c.each(func(scan func(...any) error) error {
		var root, lines string
		err := scan(&root, &lines)
		fn(root, lines)
		return err
	}, `SELECT j.value, coalesce((SELECT string_agg('{"row":{"k":"' || r.kind || '","i":' || quoted(r.id) || ',"q":' || r.seq || ',"b":' || CAST(r.body AS text) || '}}', '`+"\n"+`')
		FROM record r WHERE r.root = j.value AND r.deleted = 0`+some+`), '') FROM list(?) j`, texts(roots))
}

// NewRows reads the rows under roots that changed after a commit, deleted ones too.
func (v *View) NewRows(roots []string, after int64, faces bool, fn func(root string, r Row)) error {
	text := `SELECT r.root, r.kind, r.id, r.seq, r.deleted, r.body FROM list(?) j CROSS JOIN record r ON r.root = j.value WHERE r.seq > ?`
	if faces {
		text += ` AND r.kind IN (` + faceKinds + `)`
	}
	return v.rows(fn, text, roots, after)
}

func (v *View) rows(fn func(string, Row), text string, roots []string, args ...any) error {
	if len(roots) == 0 {
		return nil
	}
	return v.c.each(func(scan func(...any) error) error {
		var root string
		var r Row
		err := scan(&root, &r.Kind, &r.ID, &r.Seq, &r.Deleted, &r.Body)
		fn(root, r)
		return err
	}, text, append([]any{texts(roots)}, args...)...)
}

// Results reads the results of a device's mutations that were stored after a commit, in order.
func (v *View) Results(user, device string, after int64, fn func(json.RawMessage) error) error {
	return v.c.each(func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		return fn(json.RawMessage(text))
	}, `SELECT result FROM mutation WHERE device = ? AND seq > ? AND user = ? ORDER BY seq, id`, device, after, user)
}
