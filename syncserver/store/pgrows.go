package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

func (l *clusterLink) query(text string, args []any) (rows, error) {
	if l.waiting == nil || l.waiting.Len() == 0 && l.sent == nil {
		ctx, cancel := context.WithTimeout(background, l.within)
		r := &clusterRows{link: l, cancel: cancel}
		var err error
		if r.Rows, err = l.c.Query(ctx, l.text(text), plain(args)...); err != nil { //nolint:sqlclosecheck // each closes it
			cancel()
			return nil, l.failed(err)
		}
		return r, nil
	}
	a, err := l.ask([]question{{text: text, args: args}})
	if err != nil {
		return nil, err
	}
	r, err := a.next()
	if err != nil {
		_ = a.close() // err says more
		return nil, err
	}
	r.last = a
	return r, nil
}

func (l *clusterLink) several(list []question) error {
	if len(list) == 0 {
		return nil
	}
	a, err := l.ask(list)
	if err != nil {
		return err
	}
	for _, q := range list {
		r, err := a.next()
		if err == nil {
			err = drain(r, q.row)
		}
		if err != nil {
			_ = a.close() // err says more
			return err
		}
	}
	return a.close()
}

// ask sends what waits and the questions after it, and reads up to the first answer.
func (l *clusterLink) ask(list []question) (*answers, error) {
	if err := l.settle(); err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	if l.waiting != nil {
		batch, l.waiting, l.rows = l.waiting, batch, 0
	}
	before := batch.Len()
	for _, q := range list {
		batch.Queue(l.text(q.text), plain(q.args)...)
	}
	ctx, cancel := context.WithTimeout(background, l.within)
	a := &answers{link: l, batch: l.c.SendBatch(ctx, batch), cancel: cancel}
	for range before {
		if _, err := a.batch.Exec(); err != nil {
			_ = a.close() // err says more
			return nil, l.failed(err)
		}
	}
	return a, nil
}

// answers are what comes back for several questions.
type answers struct {
	link   *clusterLink
	batch  pgx.BatchResults
	cancel context.CancelFunc
}

func (a *answers) next() (*clusterRows, error) {
	rows, err := a.batch.Query() //nolint:sqlclosecheck // each closes it
	if err != nil {
		return nil, a.link.failed(err)
	}
	return &clusterRows{Rows: rows, link: a.link}, nil
}

func (a *answers) close() error {
	err := a.link.failed(a.batch.Close())
	a.cancel()
	return err
}

// clusterRows is what a query finds.
type clusterRows struct {
	pgx.Rows

	link   *clusterLink
	cancel context.CancelFunc // nil when several questions were asked
	last   *answers           // to be closed with the rows
}

func (r *clusterRows) Err() error { return r.link.failed(r.Rows.Err()) }

func (r *clusterRows) Close() error {
	r.Rows.Close()
	err := r.link.failed(r.Rows.Err())
	if r.last != nil {
		if wrong := r.last.close(); err == nil {
			err = wrong
		}
	}
	if r.cancel != nil {
		r.cancel()
	}
	return err
}

func (r *clusterRows) Scan(into ...any) error {
	for i, v := range into {
		if b, ok := v.(*bool); ok {
			into[i] = (*flag)(b)
		}
	}
	return r.link.failed(r.Rows.Scan(into...))
}
