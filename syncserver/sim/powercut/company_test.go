package powercut_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/sim/powercut"
	"yuzhou/syncserver/store"
)

const (
	serverFile = "yuzhou.db"
	login      = "zhang"
	password   = "correct horse battery"
	// cheapHash is the hash of password at a cost that tests can afford; a hash says itself what it costs.
	cheapHash = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$zXWWUNxFCSQ7dVrBawnnax5e3t0/8LduYi2KAH2VCy8"
)

// now is the time of the bench: it stands still, since nothing here is about time.
func now() time.Time { return time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC) }

// site is a running server.
type site struct {
	machine *powercut.Machine
	st      *store.Store
	h       *hub.Hub
	handler http.Handler
	stop    context.CancelFunc
	ended   chan error
}

// openSite starts a server on a folder.
func openSite(folder string, m *powercut.Machine) (*site, error) {
	st, err := store.Open(context.Background(), filepath.Join(folder, serverFile))
	if err != nil {
		return nil, err
	}
	s := &site{machine: m, st: st, h: hub.New(st, now, slog.New(slog.DiscardHandler)), ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.ended <- s.h.Run(ctx) }()
	limits := api.DefaultLimits()
	limits.Rate, limits.Burst = 1e6, 1e6 // the clock stands still: nothing would ever be allowed again
	s.handler = api.New(api.Config{
		Hub: s.h, Clock: now, Log: slog.New(slog.DiscardHandler), Version: "test", Limits: limits,
		Ready: func(context.Context) api.Readiness { return api.Readiness{Ready: true} },
	}).Handler()
	return s, nil
}

// close ends a server. After a cut its errors are those of a disk that is gone.
func (s *site) close() error {
	s.stop()
	return errors.Join(<-s.ended, s.h.Close(), s.st.Close())
}

// desk is a running laptop.
type desk struct {
	*book.Book
	machine *powercut.Machine
	r       *replica.Replica
	y       *syncer.Syncer
}

// openDesk starts a laptop on a folder. A folder that was never used logs in.
func openDesk(ctx context.Context, folder string, m *powercut.Machine, line http.RoundTripper) (*desk, error) {
	r, err := replica.Open(folder, now)
	if err != nil {
		return nil, err
	}
	d := &desk{machine: m, r: r}
	if err := d.begin(ctx, line); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *desk) begin(ctx context.Context, line http.RoundTripper) error {
	client := &http.Client{Transport: line}
	account, err := d.r.Account()
	if err != nil {
		return err
	}
	if account.Token == "" {
		if _, err := syncer.SignIn(ctx, d.r, client, syncer.Credentials{Address: "http://127.0.0.1:1", Login: login, Password: password, Device: login}); err != nil {
			return err
		}
	}
	if d.y, err = syncer.New(d.r, syncer.Options{Client: client}); err != nil {
		return err
	}
	if account.Token == "" {
		if _, err := d.y.Once(ctx); err != nil {
			return err
		}
	}
	d.Book, err = book.Open(d.r, now)
	return err
}

func (d *desk) close() error {
	if b := d.Book; b != nil {
		b.Close()
	}
	if d.y != nil {
		d.y.Close()
	}
	return d.r.Close()
}

// found makes the company that every life begins with: a server with a department and a salesman, and his laptop after
// its first sync.
func found(t testing.TB) (serverFolder, laptopFolder string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	serverFolder, laptopFolder = t.TempDir(), t.TempDir()
	s, err := openSite(serverFolder, nil)
	must(err)
	presets, err := fs.Sub(assets.Files, "presets")
	must(err)
	records, err := crm.LoadPresets(presets)
	must(err)
	_, err = s.h.Seed(t.Context(), hub.Setup{Company: "渔舟", Records: records, Login: "admin", Name: "管理员", Password: password})
	must(err)
	east, err := s.h.Put(t.Context(), hub.System, "department", "", schema.Values{"name": "华东", "parent": crm.DepartmentTop})
	must(err)
	user, err := s.h.Put(t.Context(), hub.System, "user", "", schema.Values{"login": login, "name": login, "department": east.ID, "roles": []string{crm.RoleSales}})
	must(err)
	tx, err := s.st.Begin(now())
	must(err)
	tx.SetPassword(user.ID, cheapHash)
	_, err = tx.Commit()
	must(err)
	d, err := openDesk(t.Context(), laptopFolder, nil, &cable{site: s})
	must(err)
	for range 5 {
		_, err := d.Create("customer", "", schema.Values{"name": "老客户"})
		must(err)
	}
	_, err = d.y.Once(t.Context())
	must(err)
	must(errors.Join(d.close(), s.close()))
	return serverFolder, laptopFolder
}

// copied is a folder of its own with the same files.
func copied(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}
