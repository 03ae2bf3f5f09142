package sim_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/assets"
	"yuzhou/shared/crm"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// The people of the demo, and their password, as `yuzhou-server demo` makes them.
const (
	daySeller    = "zhangwei"
	dayColleague = "wangfang"
	dayManager   = "lijing"
	dayPassword  = "yuzhou-demo"
)

// daySize is how many customers the day's own server has.
const daySize = 120

// dayServer is the server of the scripted day: the one that runs already when YUZHOU_SERVER names one, else a small one
// of the day's own in this process.
func dayServer(t *testing.T) (url string, own bool) {
	t.Helper()
	if url := os.Getenv("YUZHOU_SERVER"); url != "" {
		return url, false
	}
	folder := t.TempDir()
	dayFound(t, folder)
	s, err := server.New(t.Context(), server.Config{Data: folder, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background()) // t.Context ends before the cleanup does
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s.URL(), true
}

// dayFound makes a company like the demo's, only smaller.
func dayFound(t *testing.T, folder string) {
	t.Helper()
	core, err := server.Create(t.Context(), folder, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	records, err := server.Presets(schema.Values{"company": "海岸工业", "zone": "Asia/Shanghai"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(kind *schema.Kind, id string, values schema.Values) {
		records = append(records, schema.Record{Kind: kind.Name, ID: id, Root: id, Values: values})
	}
	const sales = "day-sales"
	add(crm.Department, sales, schema.Values{"name": "销售一部", "parent": crm.DepartmentTop, "head": "day-" + dayManager})
	var sellers []string
	for _, p := range []struct{ login, name, role string }{
		{dayManager, "李静", crm.RoleManager}, {daySeller, "张伟", crm.RoleSales}, {dayColleague, "王芳", crm.RoleSales},
	} {
		add(crm.User, "day-"+p.login, schema.Values{
			"login": p.login, "name": p.name, "department": sales, "roles": schema.NewSet(p.role),
		})
		if p.role == crm.RoleSales {
			sellers = append(sellers, "day-"+p.login)
		}
	}
	setup := hub.Setup{Company: "海岸工业", Records: records, Login: "admin", Name: "管理员", Password: dayPassword}
	if _, err := core.Hub.Seed(t.Context(), setup); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{dayManager, daySeller, dayColleague} {
		if err := core.Hub.SetPassword(t.Context(), hub.System, "day-"+login, dayPassword); err != nil {
			t.Fatal(err)
		}
	}
	if err := core.Hub.Load(t.Context(), dayTrees(t, sellers)); err != nil {
		t.Fatal(err)
	}
	if err := core.Close(); err != nil {
		t.Fatal(err)
	}
}

// dayTrees are made-up customers, most of them held, some in the pool.
func dayTrees(t *testing.T, sellers []string) []hub.Tree {
	t.Helper()
	read := func(name string) []byte {
		data, err := fs.ReadFile(assets.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	regions, err := crm.ParseRegions(read("presets/regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	book, err := sample.New(sample.Config{
		Seed: 42, Customers: daySize, FollowUps: 3 * daySize, Tasks: daySize / 2, Contacts: true, Users: sellers,
		Pools: []string{crm.PoolDefault}, Names: crm.ParseNames(read("presets/names.txt")), Regions: regions,
		Now: clockwork.NewRealClock().Now().UTC(), Zone: zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	var trees []hub.Tree
	for tree := range book.All() {
		trees = append(trees, hub.Tree(tree))
	}
	return trees
}
