package replica

import (
	"database/sql/driver"
	"errors"
	"maps"
	"slices"
	"strconv"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// A pull is of one of three sorts. The first fills an empty replica: its pages are written as they come, and nobody
// sees them before the last. Later ones change a replica that is in use: of several pages each is kept as it came, and
// all are applied at once at the end. A rescan fetches everything anew, after a restore of the server or because a person
// asks for it, and takes the place of what was there at once, with the unsent changes on top. Sums that differ are mended
// by a later pull that tells some spans whole.
const (
	stageRescan = "rescan"
	stageLate   = "late" // first: the directory came after customers
)

// Position says what to ask the server for next.
func (r *Replica) Position() (ask wire.Pull, epoch string, first bool, err error) {
	var published, stage string
	ask = wire.Pull{Protocol: wire.Protocol}
	err = r.snapshot(func(c *conn) error {
		return c.metas(map[string]*string{
			metaCursor: &ask.Cursor, metaPull: &ask.Token, metaEpoch: &epoch, metaPublished: &published, metaStage: &stage,
		})
	})
	if published != yes || stage == stageRescan {
		ask.Cursor = ""
	}
	return ask, epoch, published != yes, err
}

// Take applies or keeps one page of a pull of the given epoch. It is one transaction, with the token of the next page.
func (r *Replica) Take(p *Page, epoch string) (Applied, error) {
	var out Applied
	_, _, first, err := r.Position()
	if err != nil {
		return out, err
	}
	how := relaxed
	if first {
		how = filling
	} else if err := r.unfold(p); err != nil {
		return out, err
	}
	err = r.changeBeside(p, how, func(t *tx) error {
		var published, stage, known string
		if err := t.metas(map[string]*string{metaPublished: &published, metaStage: &stage, metaEpoch: &known}); err != nil {
			return err
		}
		if known != epoch {
			if known != "" { // two histories must not meet in one book
				return fault.New(fault.EpochChanged)
			}
			if err := t.setMeta(metaEpoch, epoch); err != nil {
				return err
			}
		}
		var err error
		switch {
		case published != yes:
			out, err = t.fill(p, stage)
		case p.End.More:
			err = t.stage(p)
			out.Rows = p.Rows
		case stage == stageRescan:
			out, err = t.replace(p)
		default:
			out, err = t.merge(p)
		}
		if err != nil {
			return err
		}
		if out.Done {
			return errors.Join(t.setMeta(metaLastSync, strconv.FormatInt(clock.Millis(t.now), 10)), t.keepLease(Lease{Seen: t.now}))
		}
		return nil
	})
	return out, err
}

// fill is a page of the first sync.
func (t *tx) fill(p *Page, stage string) (Applied, error) {
	l, err := t.filler()
	if err != nil {
		return Applied{}, err
	}
	if err := l.page(p); err != nil {
		return Applied{}, err
	}
	if p.End.More {
		if l.rules {
			if err := t.setMeta(metaStage, stageLate); err != nil {
				return Applied{}, err
			}
		}
		return l.out, t.setMeta(metaPull, p.End.Token)
	}
	for root := range l.roots { // what was typed before the file was lost lies on top of what came
		l.changed[root] = true
	}
	t.outdate(slices.Collect(maps.Keys(l.pending)))
	if err := l.publish(p.End, stage == stageLate); err != nil {
		return Applied{}, err
	}
	if err := t.setMeta(metaStage, ""); err != nil {
		return Applied{}, err
	}
	return l.out, errors.Join(t.setMeta(metaPublished, yes), t.setMeta(metaRestored, ""))
}

// filler is the loader of the first sync. Before any root is here it makes room: no index slows the pages down, no row
// stands in their way.
func (t *tx) filler() (*loader, error) {
	empty, err := t.number("SELECT count(*) = 0 FROM root")
	if err != nil {
		return nil, err
	}
	if empty == 1 {
		if err := t.dropIndexes(); err != nil {
			return nil, err
		}
	}
	l, err := t.loader()
	if err != nil {
		return nil, err
	}
	if empty == 1 && len(l.pending) > 0 {
		// After a rescue there are records that were made here. They come with the server's, or are made anew at the end.
		for _, tbl := range t.r.tables {
			if err := t.exec("DELETE FROM " + tbl.name); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// stage keeps a page until the last one is here.
func (t *tx) stage(p *Page) error {
	if err := t.exec("INSERT INTO staged (body) VALUES (?)", p.body); err != nil {
		return err
	}
	return t.setMeta(metaPull, p.End.Token)
}

// staged calls fn with the pages that are kept, and then with the last one.
func (t *tx) staged(last *Page, fn func(*Page) error) error {
	bodies, err := t.number("SELECT coalesce(max(n), 0) FROM staged")
	if err != nil {
		return err
	}
	for n := int64(1); n <= bodies; n++ {
		var body []byte
		err := t.query("SELECT body FROM staged WHERE n = ?", []driver.Value{n}, func(row []driver.Value) error {
			body, _ = row[0].([]byte)
			return nil
		})
		if err != nil {
			return err
		}
		p, err := t.r.Decode(body)
		if err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
	}
	if bodies > 0 {
		t.removed = true
		if err := t.exec("DELETE FROM staged"); err != nil {
			return err
		}
	}
	return fn(last)
}

// merge applies a checkpoint to a replica in use.
func (t *tx) merge(last *Page) (Applied, error) {
	a, err := t.settleAhead(last)
	if err != nil {
		return Applied{}, err
	}
	if err := t.staged(last, a.page); err != nil {
		return Applied{}, err
	}
	return a.out, a.finish(last.End)
}

// replace puts a rescan in the place of everything there was.
func (t *tx) replace(last *Page) (Applied, error) {
	if err := t.exec("CREATE TEMP TABLE IF NOT EXISTS former (id TEXT PRIMARY KEY)"); err != nil {
		return Applied{}, err
	}
	for _, text := range []string{"DELETE FROM temp.former", "INSERT INTO temp.former SELECT id FROM root"} {
		if err := t.exec(text); err != nil {
			return Applied{}, err
		}
	}
	if err := t.empty(); err != nil {
		return Applied{}, err
	}
	if err := t.dropIndexes(); err != nil {
		return Applied{}, err
	}
	l, err := t.loader()
	if err != nil {
		return Applied{}, err
	}
	if err := t.staged(last, l.page); err != nil {
		return Applied{}, err
	}
	gone, err := t.number("SELECT count(*) FROM temp.former WHERE id NOT IN (SELECT id FROM root)")
	if err != nil {
		return Applied{}, err
	}
	joined, err := t.number("SELECT count(*) FROM root WHERE id NOT IN (SELECT id FROM temp.former)")
	if err != nil {
		return Applied{}, err
	}
	for root := range l.roots { // customers made here are in no page
		l.changed[root] = true
	}
	l.joined, l.silent, l.out.Left = int(joined), int(gone), int(gone)
	t.removed = true
	err = t.exec("DELETE FROM kept WHERE offer = 0 AND root IN (SELECT id FROM temp.former) AND root NOT IN (SELECT id FROM root)")
	if err != nil {
		return Applied{}, err
	}
	if err := l.publish(last.End, true); err != nil {
		return Applied{}, err
	}
	return l.out, errors.Join(t.setMeta(metaStage, ""), t.setMeta(metaRestored, ""))
}

// empty removes every record; outbox, tray and what belongs to this laptop stay.
func (t *tx) empty() error {
	for name, tbl := range t.r.tables {
		if err := t.exec("DELETE FROM " + tbl.name); err != nil {
			return err
		}
		t.touch(name)
	}
	for _, table := range []string{"finder", "shadow", "foreign_row", "root_scope", "root", "scope", "span", "span_root", "imprint"} {
		if err := t.exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	return nil
}

// Restart forgets the pages of a pull that cannot go on: the server does not know its token any more. The first sync
// begins anew.
func (r *Replica) Restart() error {
	return r.change(relaxed, func(t *tx) error {
		published, err := t.meta(metaPublished)
		if err != nil {
			return err
		}
		if published != yes {
			return t.restart()
		}
		t.removed = true
		return t.unstage()
	})
}

// restart begins a first sync anew.
func (t *tx) restart() error {
	t.removed = true
	return errors.Join(t.makeIndexes(), t.empty(), t.setMeta(metaCursor, ""), t.setMeta(metaStage, ""), t.unstage())
}

func (t *tx) unstage() error {
	return errors.Join(t.exec("DELETE FROM staged"), t.setMeta(metaPull, ""))
}

// Rescan has the next pulls fetch everything anew, beside what is there, and put it in its place at the end. The outbox
// stays. It is what a person asks for when he does not trust what he sees (SYNC-16).
func (r *Replica) Rescan() error { return r.change(durable, (*tx).rescan) }

func (t *tx) rescan() error {
	return errors.Join(t.unstage(), t.setMeta(metaStage, stageRescan))
}

// Restored answers a server that was restored from a backup, and has forgotten some of what it had accepted. What waits
// for its effect is sent again, and what is kept of the last 30 days is offered again, before everything is fetched anew.
// The epoch is known again with the next answer.
func (r *Replica) Restored() error {
	return r.change(durable, func(t *tx) error {
		t.touched.Outbox = true
		published, err := t.meta(metaPublished)
		if err != nil {
			return err
		}
		err = errors.Join(t.tellRestored(published),
			t.exec("UPDATE outbox SET state = ?, seq = 0 WHERE state = ?", Sent, Answered), t.offerAgain(), t.setMeta(metaEpoch, ""),
			t.setMeta(metaRestored, yes))
		if err != nil {
			return err
		}
		if published != yes {
			return t.restart()
		}
		return t.rescan()
	})
}

// tellRestored tells the person once, in the tray, that the server is not what it was: what he saw may get older (I5). A
// laptop that has nothing yet has seen nothing.
func (t *tx) tellRestored(published string) error {
	before, err := t.meta(metaEpoch)
	if err != nil || before == "" || published != yes {
		return err
	}
	return t.notice("restored-"+before, fault.New(fault.EpochChanged))
}

// knowEpoch notes the server's epoch, which the numbers of its commits belong to.
func (t *tx) knowEpoch(epoch string) error {
	known, err := t.meta(metaEpoch)
	if err != nil || known == epoch {
		return err
	}
	return t.setMeta(metaEpoch, epoch)
}

// Clear empties the replica for another account: records, outbox, tray. The laptop's own settings stay. With unsent
// changes it refuses: OTHER_ACCOUNT.
func (r *Replica) Clear() error {
	return r.change(durable, func(t *tx) error {
		unsent, err := t.number("SELECT count(*) FROM outbox WHERE state <> ?", Answered)
		if err != nil {
			return err
		}
		if unsent > 0 {
			return fault.New(fault.OtherAccount, "Count", unsent)
		}
		t.left = true
		t.removed, t.touched = true, Touched{Kinds: map[string]bool{}, Outbox: true, Tray: true, Account: true}
		if err := errors.Join(t.makeIndexes(), t.empty(), t.unstage(), t.exec("DELETE FROM outbox"), t.exec("DELETE FROM kept"), t.exec("DELETE FROM tray")); err != nil {
			return err
		}
		t.loading = true // there is nothing to compute days for
		return t.exec("DELETE FROM meta WHERE key NOT LIKE 'prefer.%' AND key NOT IN (?, ?, ?)", metaDevice, metaAddress, metaSchema)
	})
}
