package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"yuzhou/assets"
	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// base is the company before a history begins: a server with people and customers, and for each place of the cast a
// laptop that has synced. It is made once and copied, for making it costs as much as ten histories.
type base struct {
	dir         string
	ready       bool
	address     string            // of its copy on PostgreSQL, for histories that are to be there
	Users       map[string]string // by login
	Departments map[string]string
	Pools       []string
	Reasons     []string
	Customers   []string
}

const baseFile = "base.json"

// prepare makes the base in a folder, or finds it there.
func prepare(t *testing.T, dir string) *base {
	b := &base{dir: dir}
	data, err := os.ReadFile(filepath.Join(dir, baseFile))
	switch {
	case err == nil:
		if err := json.Unmarshal(data, b); err != nil {
			t.Fatal(err)
		}
	case errors.Is(err, fs.ErrNotExist):
		synctest.Test(t, func(t *testing.T) { b.make(t) })
		data, err := json.Marshal(b)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, baseFile), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatal(err)
	}
	b.ready = true
	return b
}

// make founds the company and lets everybody sync once.
func (b *base) make(t *testing.T) {
	sameIDs(0)
	defer uuid.SetRand(nil)
	b.Users, b.Departments = map[string]string{}, map[string]string{"top": crm.DepartmentTop}
	dir := t.TempDir()
	if err := b.found(t, filepath.Join(dir, "server.db")); err != nil {
		t.Fatal(err)
	}
	w := begin(t, b, history{Nodes: 1}, dir)
	defer func() {
		if wrong := recover(); wrong != nil {
			t.Fatalf("%v %v", wrong, w.Wrong)
		}
	}()
	for i := range cast {
		w.laptop(i, seat{Place: i})
	}
	for _, l := range w.laptops {
		w.must(l.sync())
	}
	b.fill(w)
	for _, l := range w.laptops {
		w.must(l.sync())
	}
	for _, l := range w.laptops {
		w.must(l.sync())
		w.must(l.r.Upkeep())
	}
	w.close()
	if w.failed() {
		t.Fatalf("the base is wrong: %v", w.Wrong)
	}
	copyFile(t, w.path, filepath.Join(b.dir, "server.db"))
	for i, l := range w.laptops {
		copyFile(t, filepath.Join(l.dir, replica.FileName), filepath.Join(b.dir, fmt.Sprintf("seat%d.db", i)))
	}
}

// found makes the company on an empty database.
func (b *base) found(t *testing.T, path string) error {
	clk := func() time.Time { return start.Add(-40 * 24 * time.Hour) }
	st, err := store.Open(t.Context(), path)
	if err != nil {
		return err
	}
	h := hub.New(st, clk, slog.New(slog.DiscardHandler))
	ctx, stop := testContext(t)
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	err = b.people(t, h)
	stop()
	err = errors.Join(err, <-ended, h.Close())
	tx, begun := st.Begin(clk())
	if begun != nil {
		return errors.Join(err, begun)
	}
	for _, user := range b.Users {
		tx.SetPassword(user, cheapHash)
	}
	_, committed := tx.Commit()
	return errors.Join(err, committed, st.Close())
}

func (b *base) people(t *testing.T, h *hub.Hub) error {
	presets, err := fs.Sub(assets.Files, "presets")
	if err != nil {
		return err
	}
	records, err := crm.LoadPresets(presets)
	if err != nil {
		return err
	}
	// Most entries of dictionaries are for people to read; a history with fewer of them is a faster one.
	wanted := []string{"followup_method", "release_reason", "customer_level"}
	records = slices.DeleteFunc(records, func(r hub.Record) bool { return r.Kind == "dictionary" && !slices.Contains(wanted, r.Text("list")) })
	for _, r := range records {
		if r.Kind == "dictionary" && r.Text("list") == "release_reason" {
			b.Reasons = append(b.Reasons, r.Text("key"))
		}
	}
	admin, err := h.Seed(t.Context(), hub.Setup{Company: "渔舟", Records: records, Login: "admin", Name: "管理员", Password: password})
	if err != nil {
		return err
	}
	b.Users["admin"] = admin.ID
	put := func(kind, id string, v schema.Values) string {
		r, wrong := h.Put(t.Context(), hub.System, kind, id, v)
		err = errors.Join(err, wrong)
		return r.ID
	}
	b.Departments["east"] = put("department", "", schema.Values{"name": "华东", "parent": crm.DepartmentTop})
	b.Departments["west"] = put("department", "", schema.Values{"name": "西南", "parent": crm.DepartmentTop})
	b.Departments["coast"] = put("department", "", schema.Values{"name": "沿海组", "parent": b.Departments["east"]})
	roles := map[string]string{
		"auditor": put("role", "", schema.Values{"name": "审计", "permissions": schema.NewSet(auditorRole...)}),
		"below":   put("role", "", schema.Values{"name": "组长", "permissions": schema.NewSet(belowRole...)}),
	}
	for _, c := range cast {
		if b.Users[c.login] != "" {
			continue
		}
		role := c.role
		if roles[role] != "" {
			role = roles[role]
		}
		b.Users[c.login] = put("user", "", schema.Values{"login": c.login, "name": c.login, "department": b.Departments[c.department], "roles": []string{role}})
	}
	put("department", b.Departments["east"], schema.Values{"head": b.Users["li"]})
	put("department", b.Departments["west"], schema.Values{"head": b.Users["qian"]})
	put("user", b.Users["chen"], schema.Values{"superior": b.Users["feng"]})
	put("pool", crm.PoolDefault, schema.Values{
		"masked_fields": []string{"email", "mobile"}, "hidden_fields": []string{"remark"}, "daily_limit": int64(1), "cooldown_days": int64(0), "protect_hours": int64(0),
	})
	second := put("pool", "", schema.Values{
		"name": "西南公海", "mode": "claimable", "departments": []string{b.Departments["west"], b.Departments["coast"]}, "admins": []string{b.Users["qian"]},
		"hidden_fields": []string{"mobile"}, "masked_fields": []string{"address"}, "daily_limit": int64(2), "order": int64(2),
	})
	put("settings", crm.SettingsID, schema.Values{"grace_days": int64(0)})
	put("rule", crm.RuleDefault, schema.Values{"days": int64(4)})
	b.Pools = []string{crm.PoolDefault, second}
	return err
}

// fill gives people customers.
func (b *base) fill(w *world) {
	for i, l := range w.laptops {
		if !l.b.CanCreate("customer", "") {
			continue
		}
		for j := range 2 {
			w.step = step{N: 90000 + 10*i + j, R: [6]uint32{uint32(i), uint32(j)}}
			w.newCustomer(l)
			w.must(l.sync())
			mine := b.Customers[len(b.Customers)-1]
			for _, kind := range []string{"contact", "task"} {
				w.newChild(l, kind, mine)
			}
			w.visit(l, mine, 0)
			l.note()
			w.must(l.sync())
		}
	}
	for i, l := range w.laptops {
		if ids := w.customers(l, viewMine); len(ids) > 1 && i%2 == 0 {
			w.ask(l, "release", ids[0], map[string]string{"reason": b.Reasons[0], "pool": b.Pools[i/2%2]})
			w.must(l.sync())
		}
	}
	_ = access.All
}
