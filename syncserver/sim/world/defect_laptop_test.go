package world

// laptopDefects are mistakes of the laptop.
var laptopDefects = []defect{
	{
		"a queue that a refusal blocks", "desktop/replica/send.go",
		`		if result.Outcome == change.Refused {
			tally.Refused++
`, `		if result.Outcome == change.Refused && planted("a queue that a refusal blocks") {
			break
		}
		if result.Outcome == change.Refused {
			tally.Refused++
`,
	},
	{
		"a refusal without what was typed", "desktop/replica/send.go",
		`		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
`, `		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
		if planted("a refusal without what was typed") {
			item.Mutation = nil
		}
`,
	},
	{
		"a refusal that nobody hears of", "desktop/replica/send.go",
		`		if err := t.tray(item); err != nil {
			return nil, err
		}
`, `		if planted("a refusal that nobody hears of") {
			continue
		}
		if err := t.tray(item); err != nil {
			return nil, err
		}
`,
	},
	{
		"a push counts as done when it was sent", "desktop/syncer/push.go",
		`	answer, err := m.sync(ctx, pathPush, wire.ContentType, digest, body)
`, `	answer, err := m.sync(ctx, pathPush, wire.ContentType, digest, body)
	if planted("a push counts as done when it was sent") && err != nil {
		var done []change.Result
		for _, o := range batch {
			done = append(done, change.Result{ID: o.ID, Outcome: change.Applied})
		}
		return results{done, m.epoch, nil}
	}
`,
	},
	{
		"an accepted change disappears until the next pull", "desktop/replica/settle.go",
		`	where := "WHERE state = 'answered' AND seq <= ?1 AND seq > 0"
`, `	where := "WHERE state = 'answered' AND seq <= ?1 AND seq > 0"
	if planted("an accepted change disappears until the next pull") {
		where = "WHERE state = 'answered' AND ?1 >= 0"
	}
`,
	},
	{
		"the base of an unsent change is raised by a pull", "desktop/replica/send.go",
		`		o.Text = json.RawMessage(mutation)
`, `		o.Text = json.RawMessage(mutation)
		if planted("the base of an unsent change is raised by a pull") {
			o.Text = c.raised(mutation)
		}
`,
	},
	{
		"what left stays in the log", "desktop/replica/tx.go",
		`	if t.removed || r.owed {`, `	if (t.removed || r.owed) && !planted("what left stays in the log") {`,
	},
	{
		"what left stays in the file", "desktop/replica/connect.go",
		`	"PRAGMA secure_delete=ON",`, `	"PRAGMA secure_delete=" + orPlanted("what left stays in the file", "ON", "OFF"),`,
	},
	{
		"the search box remembers what left", "desktop/replica/apply.go",
		`	for _, table := range []string{"finder", "shadow", "foreign_row"} {
`, `	for _, table := range []string{"finder", "shadow", "foreign_row"} {
		if table == "finder" && planted("the search box remembers what left") {
			continue
		}
`,
	},
	{
		"a scope that went keeps its roots", "desktop/replica/scope.go",
		`		if left == 0 {
			if err := a.removeRoot(id, nil)`, `		if left == 0 && !planted("a scope that went keeps its roots") {
			if err := a.removeRoot(id, nil)`,
	},
	{
		"pages are applied one by one: half of an answer is in sight", "desktop/replica/pull.go",
		`		case p.End.More:
			err = t.stage(p)
`, `		case p.End.More && planted("pages are applied one by one: half of an answer is in sight"):
			var a *applier
			if a, err = t.applier(); err == nil {
				if err = a.page(p); err == nil {
					err = errors.Join(a.keepScopes(), t.setMeta(metaPull, p.End.Token))
				}
			}
		case p.End.More:
			err = t.stage(p)
`,
	},
	{
		"a first sync is shown before it is whole", "desktop/replica/pull.go",
		`		return l.out, t.setMeta(metaPull, p.End.Token)
`, `		if planted("a first sync is shown before it is whole") {
			return l.out, errors.Join(t.setMeta(metaPull, p.End.Token), t.setMeta(metaPublished, yes), l.makeIndexes(), t.setMeta(metaCursor, "none.0"))
		}
		return l.out, t.setMeta(metaPull, p.End.Token)
`,
	},
	{
		"a join is laid over what was there", "desktop/replica/apply.go",
		`	if g.Join && s.exists {`, `	if g.Join && s.exists && !planted("a join is laid over what was there") {`,
	},
	{
		"the digest is adopted from the server", "desktop/replica/scope.go",
		`		s := a.scopes[t.Scope]
		if s == nil || s.part != (part{t.Count, t.Sum}) {`, `		s := a.scopes[t.Scope]
		if s != nil && planted("the digest is adopted from the server") {
			s.part, s.dirty = part{t.Count, t.Sum}, true
		}
		if s == nil || s.part != (part{t.Count, t.Sum}) {`,
	},
	{
		"an answer of anybody is believed", "desktop/syncer/transport.go",
		`	if !a.is(wire.ContentType) || epoch == "" || sum == "" {
		return reply{}, fault.New(fault.NotOurServer, "Status", a.status)
	}
	if wire.Digest(a.body) != sum {`, `	if planted("an answer of anybody is believed") {
		epoch, sum = m.epoch, wire.Digest(a.body)
	}
	if !planted("an answer of anybody is believed") && (!a.is(wire.ContentType) || epoch == "" || sum == "") {
		return reply{}, fault.New(fault.NotOurServer, "Status", a.status)
	}
	if wire.Digest(a.body) != sum {`,
	},
	{
		"a machine error puts mutations aside", "syncserver/hub/hub.go",
		`	if store.IsBlame(err) || isFault(err) {
		return err
	}
	return fault.New(fault.Busy)`, `	if store.IsBlame(err) || isFault(err) || planted("a machine error puts mutations aside") {
		return err
	}
	return fault.New(fault.Busy)`,
	},
	{
		"a copied laptop gives up what it may not send under its id", "desktop/replica/send.go",
		`	if result.Fault != nil && result.Fault.Code == fault.ReplicaFork {`, `	if planted("a copied laptop gives up what it may not send under its id") && result.Fault != nil && result.Fault.Code == fault.ReplicaFork {
		return []line{l}, t.withdraw([]line{l})
	}
	if result.Fault != nil && result.Fault.Code == fault.ReplicaFork {`,
	},
	{
		"an entry with unsent changes forgets the server's row", "desktop/replica/overlay.go",
		`		case e.m.Op == change.Delete && alive:
			rec.Deleted = true
`, `		case e.m.Op == change.Delete && alive && !planted("an entry with unsent changes forgets the server's row"):
			rec.Deleted = true
`,
	},
	{
		"what was accepted is not kept for a server that forgets", "desktop/replica/kept.go",
		"return t.exec(\"UPDATE kept SET offer = 1\")", "return t.exec(\"UPDATE kept SET offer = \" + orPlanted(\"what was accepted is not kept for a server that forgets\", \"1\", \"0\"))",
	},
}

// sharedDefects are mistakes of what both programs share.
var sharedDefects = []defect{
	{
		"a pool masks one field too few", "shared/access/sight.go",
		`		names = append(names, name)
		if r.Has(name) {`, `		names = append(names, name)
		if r.Has(name) && !(planted("a pool masks one field too few") && name == "email") {`,
	},
	{
		"an empty list of members is everybody", "shared/access/org.go",
		`		o.addUsers(pl.members, r.Set("users"))
`, `		o.addUsers(pl.members, r.Set("users"))
		if planted("an empty list of members is everybody") && !r.Has("users") {
			pl.members.addAll(o.everyone)
		}
`,
	},
	{
		"who heads a department has the rights of the one above", "shared/access/can.go",
		`		sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place)
`, `		sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place) || planted("who heads a department has the rights of the one above") && sc&inTree != 0
`,
	},
	{
		"the set form of a right is wider than the right", "shared/access/can.go",
		`	if sc&inTree != 0 && p.dept != nil {
		set.addAll(p.dept.tree)
`, `	if sc&inTree != 0 && p.dept != nil {
		if planted("the set form of a right is wider than the right") && p.dept.parent != nil {
			set.addAll(p.dept.parent.tree)
		}
		set.addAll(p.dept.tree)
`,
	},
	{
		"sets: what one takes out the other brings back", "shared/change/merge.go",
		`	out = slices.DeleteFunc(out, func(x string) bool { return slices.Contains(b, x) && !slices.Contains(m, x) })
`, `	if !planted("sets: what one takes out the other brings back") {
		out = slices.DeleteFunc(out, func(x string) bool { return slices.Contains(b, x) && !slices.Contains(m, x) })
	}
`,
	},
	{
		"sets: the last writer's set is the set", "shared/change/merge.go",
		`	out := slices.Clone(c)
	for _, x := range m {`, `	out := slices.Clone(c)
	if planted("sets: the last writer's set is the set") {
		return schema.NewSet(m...)
	}
	for _, x := range m {`,
	},
	{
		"dates: the earlier one wins", "shared/change/merge.go",
		`		if y, ok := b.(int64); ok && y > x {
			return y
		}
		return x`, `		if y, ok := b.(int64); ok && (y > x) != planted("dates: the earlier one wins") {
			return y
		}
		return x`,
	},
	{
		"texts: two who write at one place lose a line", "shared/change/merge.go",
		`		if all[i].from <= all[i-1].to {
			return "", false
		}`, `		if all[i].from <= all[i-1].to && planted("texts: two who write at one place lose a line") {
			return b, true
		}
		if all[i].from <= all[i-1].to {
			return "", false
		}`,
	},
	{
		"the daily limit is not counted", "shared/pool/claim.go",
		`	if limit <= 0 || c.UsedToday < limit {`, `	if limit <= 0 || c.UsedToday < limit || planted("the daily limit is not counted") {`,
	},
	{
		"a claim does not look whether the customer lies in the pool", "shared/pool/claim.go",
		`	case c.Holding.Text("pool") != asked:`, `	case c.Holding.Text("pool") != asked && !planted("a claim does not look whether the customer lies in the pool"):`,
	},
	{
		"a customer goes a day too early", "shared/pool/due.go",
		`		on := first + int(rule.Int("days")) + 1
`, `		on := first + int(rule.Int("days")) + 1
		if planted("a customer goes a day too early") {
			on--
		}
`,
	},
	{
		"the clock starts at the claim, follow-ups or not", "shared/pool/due.go",
		`	if counted := holding.Moment("counted_at"); counted.After(start)`, `	if counted := holding.Moment("counted_at"); !planted("the clock starts at the claim, follow-ups or not") && counted.After(start)`,
	},
}
