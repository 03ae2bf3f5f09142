package world

import (
	"errors"
	"fmt"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
)

// decree changes the company; its own rules may refuse that.
func (w *world) decree(kind, id string, v schema.Values) {
	_, err := w.put(kind, id, v)
	if f := (*fault.Fault)(nil); err != nil && !errors.As(err, &f) {
		w.mustUnlessWounded(err)
	}
}

func (w *world) mustUnlessWounded(err error) {
	if err != nil && !w.wounded.Load() {
		w.must(err)
	}
}

// person chooses somebody; never the last administrator.
func (w *world) person(r uint32) string {
	return w.base.Users[of(r, "zhang", "wang", "li", "chen", "zhao", "qian", "sun", "zhou", "boss", "feng")]
}

func (w *world) department(r uint32) string {
	return of(r, crm.DepartmentTop, w.base.Departments["east"], w.base.Departments["west"], w.base.Departments["coast"])
}

func (w *world) doMove(s step) {
	w.decree("user", w.person(s.R[0]), schema.Values{"department": w.department(s.R[1])})
}

func (w *world) doRole(s step) {
	roles := []string{of(s.R[1], crm.RoleSales, crm.RoleManager, crm.RoleReadOnly, crm.RoleAdmin)}
	if s.R[2]%4 == 0 {
		roles = append(roles, of(s.R[3], crm.RoleSales, crm.RoleReadOnly))
	}
	w.decree("user", w.person(s.R[0]), schema.Values{"roles": schema.NewSet(roles...)})
}

func (w *world) doSuperior(s step) {
	v := schema.Values{"superior": w.person(s.R[1])}
	if s.R[2]%3 == 0 {
		v["superior"] = nil
	}
	w.decree("user", w.person(s.R[0]), v)
}

func (w *world) doHead(s step) {
	w.decree("department", w.department(s.R[0]), schema.Values{"head": w.person(s.R[1])})
}

func (w *world) doDisable(s step) {
	w.decree("user", w.person(s.R[0]), schema.Values{"disabled": s.R[1]%2 == 0})
}

func (w *world) doVeils(s step) {
	w.decree("pool", of(s.R[0], w.base.Pools...), schema.Values{
		"masked_fields": schema.NewSet(of(s.R[1], "mobile", "email", "address", "remark")), "hidden_fields": schema.NewSet(of(s.R[2], "remark", "tags", "level", "mobile")),
	})
}

func (w *world) doPoolPeople(s step) {
	pool := of(s.R[0], w.base.Pools...)
	v := of(s.R[1],
		schema.Values{"departments": schema.NewSet(w.department(s.R[2]), w.department(s.R[3]))},
		schema.Values{"admins": schema.NewSet(w.person(s.R[2]))},
		schema.Values{"users": schema.NewSet(w.person(s.R[2]))},
		schema.Values{"roles": schema.NewSet(of(s.R[2], crm.RoleSales, crm.RoleManager))},
		schema.Values{"users": nil, "roles": nil},
	)
	w.decree("pool", pool, v)
}

func (w *world) doPoolRules(s step) {
	w.decree("pool", of(s.R[0], w.base.Pools...), of(s.R[1],
		schema.Values{"mode": of(s.R[2], "claimable", "claimable", "assign_only", "admins_only")},
		schema.Values{"daily_limit": int64(1 + s.R[2]%4)},
		schema.Values{"holding_cap": int64(1 + s.R[2]%6)},
		schema.Values{"cooldown_days": int64(s.R[2] % 3)},
		schema.Values{"protect_hours": int64(s.R[2] % 30)},
		schema.Values{"disabled": s.R[2]%2 == 0},
	))
}

func (w *world) doRule(s step) {
	w.decree("rule", crm.RuleDefault, schema.Values{"days": int64(1 + s.R[0]%9), "disabled": s.R[1]%6 == 0})
}

// doImport brings a list from a file: the same rows may come again.
func (w *world) doImport(s step) {
	var rows []hub.ImportRow
	for i := range 1 + s.R[0]%4 {
		n := s.R[1]%3*10 + i
		row := hub.ImportRow{
			Key: fmt.Sprint("file", n), Customer: schema.Values{"name": "导入" + s.token(50+int(i)), "mobile": fmt.Sprintf("137%08d", n)},
			Contact: schema.Values{"name": "联系" + s.token(60+int(i))}, KeepDuplicate: s.R[2]%2 == 0,
		}
		if s.R[3]%2 == 0 {
			row.Pool = of(s.R[4], w.base.Pools...)
		} else {
			row.Owner = w.person(s.R[4])
		}
		rows = append(rows, row)
	}
	verdicts, err := w.node(s.R[5]).h.Import(w.ctx, hub.System, rows)
	w.mustUnlessWounded(err)
	w.books.observe()
	for i, v := range verdicts {
		if v.Verdict == hub.ImportCreated {
			w.labels[v.Customer] = fmt.Sprint("import", s.N, i)
		}
	}
}

// doCommand has somebody ask online, past his laptop.
func (w *world) doCommand(s step) {
	var customers []string
	for k, r := range w.books.now {
		if k.Kind == "customer" && !r.Deleted {
			customers = append(customers, k.ID)
		}
	}
	c, ok := w.some(customers, s.R[0])
	if !ok {
		return
	}
	m := hub.Mutation{ID: w.id(), Op: hub.OpAsk, Kind: "customer", Record: c, Root: c, At: w.serverClock().UnixMilli()}
	m.Command = of(s.R[1], change.Claim, change.Release, change.Transfer, change.Assign, change.Transfer)
	m.Args = map[string]string{"to": w.person(s.R[2]), "reason": w.base.Reasons[0], "pool": ""}
	by := hub.Identity{User: of(s.R[3], w.base.Users["admin"], w.person(s.R[4])), Device: "browser"}
	_, err := w.node(s.R[5]).h.Command(w.ctx, by, m.Sealed())
	if f := (*fault.Fault)(nil); err != nil && !errors.As(err, &f) {
		w.mustUnlessWounded(err)
	}
	w.books.observe()
}

func (w *world) doHours(s step) { w.pass(time.Duration(s.R[0]%(36*60)) * time.Minute) }

func (w *world) doDays(s step) { w.pass(time.Duration(1+s.R[0]%35) * 24 * time.Hour) }

// doReclaim lets the timetables of all server processes look whether a run is due, as they do every minute.
func (w *world) doReclaim(s step) {
	if s.R[1]%3 > 0 {
		w.pass(time.Duration(12+s.R[0]%96) * time.Hour)
	}
	for _, n := range w.nodes {
		before := w.books.head
		due, ok, err := n.h.DueRun(w.ctx)
		if err == nil && ok {
			_, err = n.h.Reclaim(w.ctx, due)
		}
		w.mustUnlessWounded(err)
		w.books.observe()
		w.checkTaken(before)
	}
}
