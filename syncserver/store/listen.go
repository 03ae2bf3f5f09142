package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"yuzhou/shared/clock"
)

// News is what a commit tells the other processes on its database.
type News struct {
	Seq    int64    `json:"seq"`              // the newest commit
	Scopes []string `json:"scopes,omitempty"` // what it touched; empty when that is too much to say, or not known
}

// channel is what PostgreSQL's notifications go by; they stay within the database.
const channel = "yuzhou"

// longestNews is less than the 8,000 bytes that a notification may have.
const longestNews = 7900

// text is the form that goes over the wire.
func (n News) text() (string, error) {
	text, err := json.Marshal(n)
	if err == nil && len(text) > longestNews {
		n.Scopes = nil
		text, err = json.Marshal(n)
	}
	return string(text), err
}

// Listen calls heard for every commit of any process on the database, soon after it, until ctx ends; it returns ctx's
// error then. Whenever it begins to hear, at the start and after a connection was lost, it tells the newest commit without
// scopes: what was missed is to be looked up. Of a SQLite file nobody tells, and Listen only waits; there, and in case a
// word is lost, a slow poll finds what others wrote.
func (s *Store) Listen(ctx context.Context, heard func(News)) error {
	return s.engine.listen(ctx, heard)
}

func (f *file) listen(ctx context.Context, _ func(News)) error {
	<-ctx.Done()
	return ctx.Err()
}

// How a lost connection is found and come back from.
const (
	askAfter     = 20 * time.Second // of silence, whether the connection still lives
	answerWithin = 5 * time.Second
	firstPause   = 100 * time.Millisecond // doubled up to lastPause
	lastPause    = 5 * time.Second
)

func (p *cluster) listen(ctx context.Context, heard func(News)) error {
	pause := firstPause
	for ctx.Err() == nil {
		if hears, _ := p.hear(ctx, heard); hears { // why it stopped does not matter: it begins again
			pause = firstPause
		}
		if clock.Wait(ctx, pause) != nil {
			break
		}
		pause = min(2*pause, lastPause)
	}
	return ctx.Err()
}

// hear listens on one connection until it is lost; begun tells whether it came so far.
func (p *cluster) hear(ctx context.Context, heard func(News)) (begun bool, err error) {
	c, err := p.dial(ctx, map[string]string{"application_name": "yuzhou-server listening"})
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(background, answerWithin)
		defer cancel()
		err = errors.Join(err, c.Close(closing))
	}()
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return false, err
	}
	var n News
	if err := c.QueryRow(ctx, `SELECT seq FROM counter`).Scan(&n.Seq); err != nil {
		return false, err
	}
	heard(n)
	for {
		n, there, err := next(ctx, c)
		switch {
		case err != nil:
			return true, err
		case there:
			heard(n)
		}
	}
}

// next waits for a notification; there is false when it only found that the connection lives.
func next(ctx context.Context, c *pgx.Conn) (n News, there bool, err error) {
	waiting, cancel := context.WithTimeout(ctx, askAfter)
	defer cancel()
	word, err := c.WaitForNotification(waiting)
	switch {
	case err == nil:
		return n, true, json.Unmarshal([]byte(word.Payload), &n)
	case ctx.Err() != nil:
		return n, false, ctx.Err()
	case waiting.Err() == nil:
		return n, false, err
	}
	asking, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return n, false, c.Ping(asking)
}
