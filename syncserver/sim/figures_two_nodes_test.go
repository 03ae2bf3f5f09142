//go:build bench

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"yuzhou/assets"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

const (
	pushers        = 64
	pushersRecords = 100 // customers of each
	pushersBatch   = 100 // mutations in a large push
	pushersTime    = 8 * time.Second
)

// TestFiguresPostgres prints what two servers on one PostgreSQL, whose every commit is on disk, take from 64 laptops that
// push without a pause: pushes of one edit, and edits in pushes of a hundred. Everything runs on this machine.
func TestFiguresPostgres(t *testing.T) {
	server.Tune() // as the program does
	where := postgrestest.Start(t, postgrestest.Options{Durable: true}).Database(t)
	nodes := []*node{newNode(t, where), newNode(t, where)}
	crews := nodes[0].people(t)
	edit := func(batch int) float64 {
		var edits atomic.Int64
		ctx, stop := context.WithTimeout(t.Context(), pushersTime)
		defer stop()
		began := clock.System()
		var wait sync.WaitGroup
		for i, p := range crews {
			wait.Go(func() {
				for ctx.Err() == nil {
					edits.Add(int64(p.push(t, nodes[i%len(nodes)].h, batch)))
				}
			})
		}
		wait.Wait()
		return float64(edits.Load()) / clock.System().Sub(began).Seconds()
	}
	figure("pg_pushes_per_s", edit(1), "1/s")
	figure("pg_mutations_per_s", edit(pushersBatch), "1/s")
	for _, n := range nodes {
		if err := n.st.View(t.Context(), func(v *store.View) error { return v.Audit(t.Errorf) }); err != nil {
			t.Error(err)
		}
	}
}

// node is a server without its HTTP.
type node struct {
	st *store.Store
	h  *hub.Hub
}

func newNode(t *testing.T, where string) *node {
	t.Helper()
	st, err := store.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{st: st, h: hub.New(st, clock.System, slog.New(slog.DiscardHandler))}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, n.h.Close(), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return n
}

// pusher is a laptop with the customers of its owner.
type pusher struct {
	by    hub.Identity
	owned []schema.Record
	next  int
	round int
}

// people makes a company of as many sellers as there are pushers, each with customers of his own.
func (n *node) people(t *testing.T) (list []*pusher) {
	t.Helper()
	presets, err := fs.Sub(assets.Files, "presets")
	must(t, err)
	records, err := crm.LoadPresets(presets)
	must(t, err)
	_, err = n.h.Seed(t.Context(), hub.Setup{Company: "渔舟", Records: records, Login: "admin", Name: "管理员", Password: demoPassword})
	must(t, err)
	var trees []hub.Tree
	for i := range pushers {
		login := fmt.Sprintf("seller%d", i)
		user, err := n.h.Put(t.Context(), hub.System, "user", "", schema.Values{
			"login": login, "name": login, "department": crm.DepartmentTop, "roles": []string{crm.RoleSales},
		})
		must(t, err)
		p := &pusher{by: hub.Identity{User: user.ID, Device: "device-" + login}}
		for k := range pushersRecords {
			id := newID(t)
			customer := schema.Record{Kind: "customer", ID: id, Root: id, Values: schema.Values{
				"name": fmt.Sprintf("第%d号机械设备有限公司", i*pushersRecords+k), "mobile": fmt.Sprintf("13%09d", i*pushersRecords+k),
				"address": "上海市浦东新区世纪大道100号", "remark": "老客户介绍，需要样品",
			}}
			p.owned = append(p.owned, customer)
			trees = append(trees, hub.Tree{Customer: customer, Holding: schema.Record{Kind: "holding", ID: id, Root: id, Values: schema.Values{
				"how": "created", "owner": user.ID, "claimed_at": clock.System().UnixMilli(),
			}}})
		}
		list = append(list, p)
	}
	must(t, n.h.Load(t.Context(), trees))
	tx, err := n.st.Begin(clock.System())
	must(t, err)
	for _, p := range list {
		tx.SetToken(p.by.User, p.by.Device, p.by.Device, p.by.Device)
	}
	_, err = tx.Commit()
	must(t, err)
	return list
}

// push pushes edits of the next customers and gives how many were applied.
func (p *pusher) push(t *testing.T, h *hub.Hub, batch int) int {
	var mutations []change.Mutation
	for range batch {
		if p.next++; p.next == len(p.owned) {
			p.next, p.round = 0, p.round+1
		}
		r := &p.owned[p.next]
		value := fmt.Sprintf("第%d次拜访后改的备注", p.round)
		id, err := uuid.NewV7()
		if err != nil {
			t.Error(err)
		}
		mutations = append(mutations, change.Mutation{
			ID: id.String(), Op: change.Set, Kind: r.Kind, Record: r.ID, Root: r.Root, At: clock.System().UnixMilli(),
			Set: schema.Values{"remark": value}, Base: schema.Values{"remark": r.Values["remark"]},
		}.Sealed())
		*r = r.With(schema.Values{"remark": value})
	}
	results, err := h.Push(context.Background(), p.by, wire.Push{Protocol: wire.Protocol, Replica: "replica-" + p.by.Device}, mutations)
	if err != nil {
		t.Error(err)
	}
	applied := 0
	for _, r := range results {
		if r.Outcome == change.Applied {
			applied++
		} else {
			t.Errorf("%s %v", r.Outcome, r.Fault)
		}
	}
	return applied
}

func newID(t *testing.T) string {
	t.Helper()
	id, err := uuid.NewV7()
	must(t, err)
	return id.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
