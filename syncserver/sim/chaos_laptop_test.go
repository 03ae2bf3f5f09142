//go:build chaos

package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// The environment of a laptop that is a process of its own.
const (
	chaosDir     = "YUZHOU_CHAOS_DIR"
	chaosServer  = "YUZHOU_CHAOS_SERVER"
	chaosLogin   = "YUZHOU_CHAOS_LOGIN"
	chaosJournal = "YUZHOU_CHAOS_JOURNAL"
	chaosSeed    = "YUZHOU_CHAOS_SEED"
)

// typist works at a laptop without ever resting, and writes down what the program told him was saved.
type typist struct {
	*book.Book
	ctx     context.Context
	rnd     *rand.Rand
	r       *replica.Replica
	y       *syncer.Syncer
	journal *os.File
	name    string // of this run of the process: words are unique by it
	said    int
	saved   int
}

// TestChaosLaptop is no test by itself: TestChaos runs it in other processes and kills those.
func TestChaosLaptop(t *testing.T) {
	dir := os.Getenv(chaosDir)
	if dir == "" {
		t.Skip("runs in a process of its own only")
	}
	seed, err := strconv.ParseUint(os.Getenv(chaosSeed), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	w := &typist{ctx: t.Context(), rnd: rand.New(rand.NewPCG(seed, 3)), name: fmt.Sprint(os.Getenv(chaosLogin), "-", seed)}
	if w.journal, err = os.OpenFile(os.Getenv(chaosJournal), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.open(dir); err != nil {
		t.Fatal(err) // the disk is full, or the server was never reached: it is started again
	}
	for t.Context().Err() == nil {
		w.act()
		if clock.Wait(t.Context(), time.Duration(w.rnd.IntN(40))*time.Millisecond) != nil {
			return
		}
	}
}

// open opens the replica as the program does, logs in and makes the first sync where that has not happened yet.
func (w *typist) open(dir string) error {
	var err error
	if w.r, err = replica.Open(dir, clock.System); err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	account, err := w.r.Account()
	if err != nil {
		return err
	}
	if account.Token == "" {
		if _, err := syncer.SignIn(w.ctx, w.r, client, syncer.Credentials{Address: os.Getenv(chaosServer), Login: os.Getenv(chaosLogin), Password: chaosPassword, Device: w.name}); err != nil {
			return err
		}
	}
	if w.y, err = syncer.New(w.r, syncer.Options{Client: client}); err != nil {
		return err
	}
	for range 100 {
		if w.Book, err = book.Open(w.r, clock.System); !errors.Is(err, book.ErrUnpublished) {
			break
		}
		if _, err := w.y.Once(w.ctx); err != nil {
			if err := clock.Wait(w.ctx, 200*time.Millisecond); err != nil {
				return err
			}
		}
	}
	if err == nil {
		go w.y.Run(w.ctx)
	}
	return err
}

// note writes to the journal, and to its disk.
func (w *typist) note(what, id, words string) {
	_, err := fmt.Fprintf(w.journal, "%s %s %s\n", what, id, words)
	if err = errors.Join(err, w.journal.Sync()); err != nil {
		panic(err) // a journal with holes proves nothing
	}
}

// words are found nowhere else, and look the same in whatever they are written.
func (w *typist) words(what string) string {
	w.said++
	return fmt.Sprintf("%s[%s-%d]", what, w.name, w.said)
}

// keep notes what was saved. What was not (the disk is full, the right is gone) nobody was promised.
func (w *typist) keep(what, id, words string, err error) {
	if err == nil {
		w.saved++
		w.note(what, id, words)
	}
}

func (w *typist) act() {
	mine := w.some(book.Query{View: book.ViewMine})
	switch n := w.rnd.IntN(100); {
	case mine == "" || n < 8:
		words := w.words("客户")
		id, err := w.Create("customer", "", schema.Values{"name": words, "mobile": fmt.Sprintf("138%08d", w.rnd.IntN(1e8)), "remark": "秘密"})
		w.keep("customer", id, words, err)
	case n < 55:
		words := w.words("谈")
		id, err := w.FollowUp(book.FollowUp{Customer: mine, Method: "visit", Content: words})
		w.keep("followup", id, words, err)
	case n < 80:
		words := w.words("区")
		w.keep("set", mine, words, w.Set("customer", mine, schema.Values{"region": words}))
	case n < 84:
		_, _ = w.Ask(change.Release, mine, released) // the program says what it allows
	case n < 90:
		if pooled := w.some(book.Query{Pool: crm.PoolDefault}); pooled != "" {
			_, _ = w.Ask(change.Claim, pooled, map[string]string{"pool": crm.PoolDefault})
		}
	case n < 94:
		if to := w.colleague(); to != "" {
			_, _ = w.Ask(change.Transfer, mine, map[string]string{"to": to})
		}
	default:
		before := w.saved
		if _, err := w.y.Once(w.ctx); err != nil {
			return
		}
		if unsent, err := w.r.Unsent(); err == nil && unsent == 0 {
			w.note("acked", strconv.Itoa(before), "of this run")
		}
	}
}

func (w *typist) some(q book.Query) string {
	q.Kind = "customer"
	ids, err := w.IDs(q)
	if err != nil || len(ids) == 0 {
		return ""
	}
	return ids[w.rnd.IntN(len(ids))]
}

func (w *typist) colleague() string {
	ids, err := w.r.IDs(replica.Filter{Kind: "user"})
	if err != nil || len(ids) == 0 {
		return ""
	}
	return ids[w.rnd.IntN(len(ids))]
}
