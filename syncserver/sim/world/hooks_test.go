package world

import (
	"database/sql"
	"net/http"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// The server's database can be made to fail at the very moment of a commit: SQLite asks a hook first.
var doomed sync.Map // path of the database → *world

func init() {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		panic(err)
	}
	driver, ok := db.Driver().(*sqlite3.SQLiteDriver)
	if !ok {
		panic("the driver is another")
	}
	driver.ConnectHook = func(c *sqlite3.SQLiteConn) error {
		of, ok := doomed.Load(c.GetFilename("main"))
		if !ok {
			return nil
		}
		w, _ := of.(*world)
		w.connected(c)
		c.RegisterCommitHook(func() int {
			if w.doom.Load() <= 0 {
				return 0
			}
			w.doom.Add(-1)
			return 1
		})
		return nil
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
}

func (w *world) connected(c *sqlite3.SQLiteConn) {
	w.connsMu.Lock()
	defer w.connsMu.Unlock()
	w.conns = append(w.conns, c)
}

// always is more often than anything is tried.
const always = 1 << 20

// wound lets the server fail under a request, and brings it back afterwards.
func (w *world) wound(n *line, kind string, send func() (*http.Response, error)) (*http.Response, error) {
	to := n.reached()
	if to == nil {
		return nil, errGone
	}
	w.wounded.Store(true)
	defer w.wounded.Store(false)
	switch {
	case w.postgres && (kind == "server dies in commit" || kind == "commit fails once"):
		w.cutOff()
	}
	switch kind {
	case "server dies in commit":
		to.mute.Store(always)
		w.doom.Store(always)
	case "server dies before answer":
		to.mute.Store(always)
	case "commit fails once":
		w.doom.Store(1)
	case "server disk full":
		w.pages(1)
		defer w.pages(1 << 30)
	}
	res, err := send()
	w.doom.Store(0)
	if to.mute.Load() > 0 {
		w.restart(to, false)
	}
	return res, err
}

// pages bounds the database's size, as a full disk does; it is never made smaller than it is.
func (w *world) pages(most int64) {
	w.connsMu.Lock()
	conns := w.conns
	w.connsMu.Unlock()
	for _, c := range conns {
		_, _ = c.Exec("PRAGMA max_page_count = 1073741823", nil) // a closed connection says no
		if most == 1 {
			_, _ = c.Exec("PRAGMA max_page_count = 1", nil)
		}
	}
}

// reached is the server process that a laptop's requests go to.
func (n *line) reached() *node {
	n.mu.Lock()
	at := n.node
	n.mu.Unlock()
	for i := range n.w.nodes {
		if to := n.w.nodes[(at+i)%len(n.w.nodes)]; to != nil && !to.dead.Load() {
			return to
		}
	}
	return nil
}

// busy tells whether the machine is off or a request of it is held.
func (n *line) busy() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.off
}
