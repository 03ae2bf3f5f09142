package world

// laptopDefects are mistakes of the laptop.
var laptopDefects = []defect{
	{
		name: "a queue that a refusal blocks", file: "desktop/replica/send.go",
		was: `		if result.Outcome == change.Refused {
			tally.Refused++
`,
		now: `		if result.Outcome == change.Refused && planted("a queue that a refusal blocks") {
			break
		}
		if result.Outcome == change.Refused {
			tally.Refused++
`,
	},
	{
		name: "a refusal without what was typed", file: "desktop/replica/send.go",
		was: `		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
`,
		now: `		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
		if planted("a refusal without what was typed") {
			item.Mutation = nil
		}
`,
	},
	{
		name: "a refusal that nobody hears of", file: "desktop/replica/send.go",
		was: `		if err := t.tray(item); err != nil {
			return nil, err
		}
`,
		now: `		if planted("a refusal that nobody hears of") {
			continue
		}
		if err := t.tray(item); err != nil {
			return nil, err
		}
`,
	},
	{
		name: "a push counts as done when it was sent", file: "desktop/syncer/push.go",
		was: `	answer, err := m.sync(ctx, wire.PathPush, wire.ContentType, p.digest, p.body)
`,
		now: `	answer, err := m.sync(ctx, wire.PathPush, wire.ContentType, p.digest, p.body)
	if planted("a push counts as done when it was sent") && err != nil {
		var done []change.Result
		for _, o := range p.batch {
			done = append(done, change.Result{ID: o.ID, Outcome: change.Applied})
		}
		return results{done, m.epoch, nil}
	}
`,
	},
	{
		name: "an accepted change disappears until the next pull", file: "desktop/replica/settle.go",
		was: `	where := "WHERE state = 'answered' AND seq <= ?1 AND seq > 0"
`,
		now: `	where := "WHERE state = 'answered' AND seq <= ?1 AND seq > 0"
	if planted("an accepted change disappears until the next pull") {
		where = "WHERE state = 'answered' AND ?1 >= 0"
	}
`,
	},
	{
		name: "the base of an unsent change is raised by a pull", file: "desktop/replica/send.go",
		was: `		o.Text = json.RawMessage(mutation)
`,
		now: `		o.Text = json.RawMessage(mutation)
		if planted("the base of an unsent change is raised by a pull") {
			o.Text = c.raised(mutation)
		}
`,
	},
	{
		name: "what left stays in the log", file: "desktop/replica/tx.go",
		was: `	if t.removed || r.owed {`,
		now: `	if (t.removed || r.owed) && !planted("what left stays in the log") {`,
	},
	{
		name: "what left stays in the file", file: "desktop/replica/connect.go",
		was: `	"PRAGMA secure_delete=ON",`,
		now: `	"PRAGMA secure_delete=" + orPlanted("what left stays in the file", "ON", "OFF"),`,
	},
	{
		name: "the search box remembers what left", file: "desktop/replica/apply.go",
		was: `	for _, table := range []string{"finder", "shadow", "foreign_row", "imprint"} {
`,
		now: `	for _, table := range []string{"finder", "shadow", "foreign_row", "imprint"} {
		if table == "finder" && planted("the search box remembers what left") {
			continue
		}
`,
	},
	{
		name: "a scope that went keeps its roots", file: "desktop/replica/scope.go",
		was: `		if left == 0 {
			if err := a.removeRoot(id, nil)`,
		now: `		if left == 0 && !planted("a scope that went keeps its roots") {
			if err := a.removeRoot(id, nil)`,
	},
	{
		name: "pages are applied one by one: half of an answer is in sight", file: "desktop/replica/pull.go",
		was: `		case p.End.More:
			err = t.stage(p)
`,
		now: `		case p.End.More && planted("pages are applied one by one: half of an answer is in sight"):
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
		name: "a first sync is shown before it is whole", file: "desktop/replica/pull.go",
		was: `		return l.out, t.setMeta(metaPull, p.End.Token)
`,
		now: `		if planted("a first sync is shown before it is whole") {
			return l.out, errors.Join(t.setMeta(metaPull, p.End.Token), t.setMeta(metaPublished, yes), l.makeIndexes(), t.setMeta(metaCursor, "none.0"))
		}
		return l.out, t.setMeta(metaPull, p.End.Token)
`,
	},
	{
		name: "a join is laid over what was there", file: "desktop/replica/apply.go",
		was: `	if g.Join && s.exists {`,
		now: `	if g.Join && s.exists && !planted("a join is laid over what was there") {`,
	},
	{
		name: "the digest is adopted from the server", file: "desktop/replica/scope.go",
		was: `		s := a.scopes[t.Scope]
		if s == nil || s.part != (part{t.Count, t.Sum}) {`,
		now: `		s := a.scopes[t.Scope]
		if s != nil && planted("the digest is adopted from the server") {
			s.part, s.dirty = part{t.Count, t.Sum}, true
		}
		if s == nil || s.part != (part{t.Count, t.Sum}) {`,
	},
	{
		name: "an answer of anybody is believed", file: "desktop/syncer/transport.go",
		was: `	if !a.is(wire.ContentType) || epoch == "" || a.header.Get(wire.HeaderDigest) == "" {`,
		now: `	if planted("an answer of anybody is believed") {
		epoch = m.epoch
	} else if !a.is(wire.ContentType) || epoch == "" || a.header.Get(wire.HeaderDigest) == "" {`,
	},
	{
		name: "a copied laptop gives up what it may not send under its id", file: "desktop/replica/send.go",
		was: `	if result.Fault != nil && result.Fault.Code == fault.ReplicaFork {`,
		now: `	if planted("a copied laptop gives up what it may not send under its id") && result.Fault != nil && result.Fault.Code == fault.ReplicaFork {
		return []line{l}, t.withdraw([]line{l})
	}
	if result.Fault != nil && result.Fault.Code == fault.ReplicaFork {`,
	},
	{
		name: "what was accepted is not kept for a server that forgets", file: "desktop/replica/kept.go",
		was: "return t.exec(\"UPDATE kept SET offer = 1\")",
		now: "return t.exec(\"UPDATE kept SET offer = \" + orPlanted(\"what was accepted is not kept for a server that forgets\", \"1\", \"0\"))",
	},
}

// sharedDefects are mistakes of what both programs share.
var sharedDefects = []defect{
	{
		name: "a pool masks one field too few", file: "shared/access/sight.go",
		was: `		names = append(names, name)
		if r.Has(name) {`,
		now: `		names = append(names, name)
		if r.Has(name) && !(planted("a pool masks one field too few") && name == "email") {`,
	},
	{
		name: "an empty list of members is everybody", file: "shared/access/org.go",
		was: `		o.addUsers(pl.members, r.Set("users"))
`,
		now: `		o.addUsers(pl.members, r.Set("users"))
		if planted("an empty list of members is everybody") && !r.Has("users") {
			pl.members.addAll(o.everyone)
		}
`,
	},
	{
		name: "who heads a department has the rights of the one above", file: "shared/access/can.go",
		was: `		sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place)
`,
		now: `		sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place) || planted("who heads a department has the rights of the one above") && sc&inTree != 0
`,
	},
	{
		name: "the set form of a right is wider than the right", file: "shared/access/can.go",
		was: `	if sc&inTree != 0 && p.dept != nil {
		set.addAll(p.dept.tree)
`,
		now: `	if sc&inTree != 0 && p.dept != nil {
		if planted("the set form of a right is wider than the right") && p.dept.parent != nil {
			set.addAll(p.dept.parent.tree)
		}
		set.addAll(p.dept.tree)
`,
	},
	{
		name: "sets: what one takes out the other brings back", file: "shared/change/merge.go",
		was: `	out = slices.DeleteFunc(out, func(x string) bool { return slices.Contains(b, x) && !slices.Contains(m, x) })
`,
		now: `	if !planted("sets: what one takes out the other brings back") {
		out = slices.DeleteFunc(out, func(x string) bool { return slices.Contains(b, x) && !slices.Contains(m, x) })
	}
`,
	},
	{
		name: "sets: the last writer's set is the set", file: "shared/change/merge.go",
		was: `	out := slices.Clone(c)
	for _, x := range m {`,
		now: `	out := slices.Clone(c)
	if planted("sets: the last writer's set is the set") {
		return schema.NewSet(m...)
	}
	for _, x := range m {`,
	},
	{
		name: "dates: the earlier one wins", file: "shared/change/merge.go",
		was: `		if y, ok := b.(int64); ok && y > x {
			return y
		}
		return x`,
		now: `		if y, ok := b.(int64); ok && (y > x) != planted("dates: the earlier one wins") {
			return y
		}
		return x`,
	},
	{
		name: "texts: two who write at one place lose a line", file: "shared/change/merge.go",
		was: `		if all[i].from <= all[i-1].to {
			return "", false
		}`,
		now: `		if all[i].from <= all[i-1].to && planted("texts: two who write at one place lose a line") {
			return b, true
		}
		if all[i].from <= all[i-1].to {
			return "", false
		}`,
	},
	{
		name: "the daily limit is not counted", file: "shared/pool/claim.go",
		was: `	if limit <= 0 || c.UsedToday < limit {`,
		now: `	if limit <= 0 || c.UsedToday < limit || planted("the daily limit is not counted") {`,
	},
	{
		name: "a claim does not look whether the customer lies in the pool", file: "shared/pool/claim.go",
		was: `	case c.Holding.Text("pool") != asked:`,
		now: `	case c.Holding.Text("pool") != asked && !planted("a claim does not look whether the customer lies in the pool"):`,
	},
	{
		name: "a customer goes a day too early", file: "shared/pool/due.go",
		was: `		on := first + int(rule.Int("days")) + 1
`,
		now: `		on := first + int(rule.Int("days")) + 1
		if planted("a customer goes a day too early") {
			on--
		}
`,
	},
	{
		name: "the clock starts at the claim, follow-ups or not", file: "shared/pool/due.go",
		was: `	if counted := holding.Moment("counted_at"); counted.After(start)`,
		now: `	if counted := holding.Moment("counted_at"); !planted("the clock starts at the claim, follow-ups or not") && counted.After(start)`,
	},
}
