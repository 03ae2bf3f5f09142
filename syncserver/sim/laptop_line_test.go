package sim_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/sample"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// office is a real server whose folder can be copied and copied back while it is off. Its laptops find it wherever it
// listens now.
type office struct {
	t      *testing.T
	folder string
	url    *url.URL
	stop   func()
}

// newOffice makes a company with the people of the day and so many customers in the hands of the first seller.
func newOffice(t *testing.T, customers int) *office {
	t.Helper()
	o := &office{t: t, folder: filepath.Join(t.TempDir(), "server")}
	dayFound(t, o.folder)
	if customers > 0 {
		o.hub(func(ctx context.Context, h *hub.Hub) error { return h.Load(ctx, officeTrees(t, customers)) })
	}
	o.open()
	t.Cleanup(func() { o.stop() })
	return o
}

func officeTrees(t *testing.T, customers int) (trees []hub.Tree) {
	t.Helper()
	read := func(name string) []byte {
		data, err := assets.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	regions, err := crm.ParseRegions(read("presets/regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := sample.New(sample.Config{
		Seed: 7, Customers: customers, FollowUps: customers, Tasks: customers / 2, Contacts: true, Users: []string{"day-" + daySeller},
		Names: crm.ParseNames(read("presets/names.txt")), Regions: regions, Now: clockwork.NewRealClock().Now().UTC(), Zone: time.UTC,
	})
	if err != nil {
		t.Fatal(err)
	}
	for tree := range all.All() {
		trees = append(trees, hub.Tree(tree))
	}
	return trees
}

// hub does something with the folder while the server is off.
func (o *office) hub(do func(context.Context, *hub.Hub) error) {
	o.t.Helper()
	core, err := server.OpenCore(o.t.Context(), o.folder, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		o.t.Fatal(err)
	}
	if err := do(o.t.Context(), core.Hub); err != nil {
		o.t.Fatal(err)
	}
	if err := core.Close(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) open() {
	o.t.Helper()
	s, err := server.New(o.t.Context(), server.Config{Data: o.folder, Listen: "127.0.0.1:0"})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background()) // t.Context ends before the cleanup does
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	o.stop = func() {
		stop()
		if err := <-done; err != nil {
			o.t.Errorf("the server ended with %v", err)
		}
		o.stop = func() {}
	}
	if o.url, err = url.Parse(s.URL()); err != nil {
		o.t.Fatal(err)
	}
}

// backUp copies the folder aside while the server is off for a moment.
func (o *office) backUp() string {
	o.t.Helper()
	o.stop()
	aside := filepath.Join(o.t.TempDir(), "backup")
	if err := os.CopyFS(aside, os.DirFS(o.folder)); err != nil {
		o.t.Fatal(err)
	}
	o.open()
	return aside
}

// restore copies a backup back and says so.
func (o *office) restore(backup string) {
	o.t.Helper()
	o.stop()
	if err := os.RemoveAll(o.folder); err != nil {
		o.t.Fatal(err)
	}
	if err := os.CopyFS(o.folder, os.DirFS(backup)); err != nil {
		o.t.Fatal(err)
	}
	o.hub(func(ctx context.Context, h *hub.Hub) error {
		_, _, err := h.Restored(ctx, hub.System)
		return err
	})
	o.open()
}

// RoundTrip implements http.RoundTripper: whatever address was typed, the office is where it is now.
func (o *office) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = o.url.Host
	return http.DefaultTransport.RoundTrip(r)
}

// desk is a laptop of the office, without a window.
type desk struct {
	t      *testing.T
	o      *office
	folder string
	r      *replica.Replica
	s      *syncer.Syncer
	b      *book.Book
}

func (o *office) desk(login string) *desk {
	o.t.Helper()
	d := &desk{t: o.t, o: o, folder: filepath.Join(o.t.TempDir(), login)}
	d.start()
	d.signIn(login)
	d.sync()
	o.t.Cleanup(d.end)
	return d
}

func (d *desk) signIn(login string) {
	d.t.Helper()
	_, err := syncer.SignIn(d.t.Context(), d.r, &http.Client{Transport: d.o}, syncer.Credentials{
		Address: "http://127.0.0.1:1", Login: login, Password: dayPassword, Device: login,
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) start() {
	d.t.Helper()
	var err error
	if d.r, err = replica.Open(d.folder, clock.System); err != nil {
		d.t.Fatal(err)
	}
	if d.s, err = syncer.New(d.r, syncer.Options{Client: &http.Client{Transport: d.o}}); err != nil {
		d.t.Fatal(err)
	}
	if status, err := d.r.Status(); err != nil {
		d.t.Fatal(err)
	} else if status.Published {
		d.open()
	}
}

func (d *desk) open() {
	d.t.Helper()
	var err error
	if d.b, err = book.Open(d.r, clock.System); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) end() {
	if d.r == nil {
		return
	}
	if d.b != nil {
		d.b.Close()
	}
	d.s.Close()
	if err := d.r.Close(); err != nil {
		d.t.Error(err)
	}
	d.r, d.b = nil, nil
}

func (d *desk) sync() syncer.Report {
	d.t.Helper()
	report, err := d.s.Once(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	if d.b == nil {
		d.open()
	}
	return report
}

// twin is a copy of the laptop's folder, opened.
func (d *desk) twin(t *testing.T) *desk {
	t.Helper()
	d.end()
	twin := &desk{t: t, o: d.o, folder: filepath.Join(t.TempDir(), "twin")}
	if err := os.CopyFS(twin.folder, os.DirFS(d.folder)); err != nil {
		t.Fatal(err)
	}
	d.start()
	twin.start()
	t.Cleanup(twin.end)
	return twin
}

// mine are the ids of the customers in the user's hands.
func (d *desk) mine() []string {
	d.t.Helper()
	ids, err := d.b.IDs(book.Query{Kind: "customer", View: book.ViewMine, Sort: "id"})
	if err != nil {
		d.t.Fatal(err)
	}
	return ids
}

// sql changes the file of a laptop that is switched off for it, behind the program's back.
func (d *desk) sql(statements ...string) {
	d.t.Helper()
	d.end()
	db, err := sql.Open("sqlite3", filepath.Join(d.folder, replica.FileName))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			d.t.Fatal(text, err)
		}
	}
	if err := db.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.start()
}

// dump is all that a laptop holds of the server, one line for each row, sorted.
func (d *desk) dump() []string {
	d.t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(d.folder, replica.FileName))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all []string
	read := func(label, text string) {
		rows, err := db.Query(text)
		if err != nil {
			d.t.Fatal(text, err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				d.t.Fatal(err)
			}
			all = append(all, label+" "+line)
		}
		if err := rows.Err(); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, k := range crm.Kinds() {
		parts := []string{"id", "root_id", "seq", "deleted", "coalesce(masked, '')", "coalesce(extra, '')"}
		for _, f := range k.Fields {
			parts = append(parts, `coalesce("`+f.Name+`", '')`)
		}
		read(k.Name, `SELECT `+strings.Join(parts, " || '|' || ")+` FROM "`+k.Name+`"`)
	}
	read("root", "SELECT id || count || hex(sum) || face_count || hex(face_sum) FROM root")
	read("scope", "SELECT name || face || count || hex(sum) FROM scope")
	read("held", "SELECT r.root || ' ' || s.name FROM root_scope r JOIN scope s ON s.n = r.scope")
	read("finder", "SELECT kind || id || root || text FROM finder")
	slices.Sort(all)
	return all
}

// same fails where two laptops do not hold the same, row for row (I3).
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	tell := func(label string, list, other []string) {
		n := 0
		for _, line := range list {
			if _, found := slices.BinarySearch(other, line); !found {
				if n++; n <= 5 {
					t.Log(label, fmt.Sprintf("%.300s", line))
				}
			}
		}
	}
	tell("surplus", got, want)
	tell("missing", want, got)
	t.Fatalf("%s: the laptop holds something else than the server shows", what)
}
