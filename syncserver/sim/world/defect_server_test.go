package world

// defect is a mistake that somebody could make: in a file, one piece of text replaced by another. What is planted is
// asked for by name, so that one build has all of them and each is there alone.
type defect struct {
	name string
	file string // from the root of the module
	was  string // stands in the file once
	now  string
}

// serverDefects are mistakes of the server.
var serverDefects = []defect{
	{
		"a naive cursor: the reader begins one commit too late", "syncserver/hub/page.go",
		`p.At.Seq = base + 1 // every`, `p.At.Seq = base + 1 + planted1("a naive cursor: the reader begins one commit too late") // every`,
	},
	{
		"the head is read after the rows: news of other scopes meanwhile are lost", "syncserver/hub/page.go",
		`		if p.Round == p.view.Head {`, `		if p.Round == p.view.Head || planted("the head is read after the rows: news of other scopes meanwhile are lost") {`,
	},
	{
		"no push id: what is sent again has a second effect", "syncserver/hub/push.go",
		`	old, found, same, err := p.tx.Result(m, p.by.User)
`, `	old, found, same, err := p.tx.Result(m, p.by.User)
	if planted("no push id: what is sent again has a second effect") && found {
		m.ID, found = m.ID+"-", false
	}
`,
	},
	{
		"a missing leave entry", "syncserver/store/feed.go",
		`			lines.left = append(lines.left, scope,`, `			if planted("a missing leave entry") {
				continue
			}
			lines.left = append(lines.left, scope,`,
	},
	{
		"a scope ends without its event", "syncserver/store/people.go",
		`		for _, g := range without(s.was, s.now) {`, `		for _, g := range without(s.was, s.now) {
			if planted("a scope ends without its event") {
				continue
			}`,
	},
	{
		"a scope begins without its event", "syncserver/store/people.go",
		`			lines = append(lines, user, g.Scope, seq, int64(0), g.Face,`, `			if planted("a scope begins without its event") {
				seq = 0
			}
			lines = append(lines, user, g.Scope, seq, int64(0), g.Face,`,
	},
	{
		"a root that comes back is served as a change, not as a join", "syncserver/store/feed.go",
		`"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, joined = excluded.joined, gone = 0, leave = NULL",`,
		`"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, " + orPlanted("a root that comes back is served as a change, not as a join", "joined = excluded.joined, ", "") + "gone = 0, leave = NULL",`,
	},
	{
		"a change in a pool that does not reach its feed", "syncserver/store/feed.go",
		`		case c.show || c.any && !isFace(scope):`, `		case (c.show || c.any) && !isFace(scope) || c.show && !planted("a change in a pool that does not reach its feed"):`,
	},
	{
		"the counter is raised, but not in every commit", "syncserver/store/flush.go",
		"	return tx.c.exec(`UPDATE counter SET seq = ?`, seq)", "	if planted(\"the counter is raised, but not in every commit\") && seq%7 == 0 {\n\t\treturn nil\n\t}\n	return tx.c.exec(`UPDATE counter SET seq = ?`, seq)",
	},
	{
		"last writer wins by his clock", "syncserver/hub/edit.go",
		`		value, verdict := change.MergeField(f.Type, e.m.Base[name], e.before.Values[name], mine)
`, `		value, verdict := change.MergeField(f.Type, e.m.Base[name], e.before.Values[name], mine)
		if planted("last writer wins by his clock") && verdict == change.Clash && e.m.At > e.now()-1000*3600*24 {
			value, verdict = mine, change.Take
		}
`,
	},
	{
		"a clash without a conflict record", "syncserver/hub/edit.go",
		`	for _, name := range e.clashes {`, `	for _, name := range e.clashes {
		if planted("a clash without a conflict record") {
			continue
		}`,
	},
	{
		"an edit after the customer has gone is dropped", "syncserver/hub/conflict.go",
		`	for _, name := range fields {
		if schema.Equal(`, `	for _, name := range fields {
		if planted("an edit after the customer has gone is dropped") || schema.Equal(`,
	},
	{
		"a conflict is shown to whoever typed, also when the customer is not his any more", "syncserver/hub/work.go",
		`		if user != "" && about.Pool == "" && w.org.Can(user, access.See, about) {`,
		`		if user != "" && (planted("a conflict is shown to whoever typed, also when the customer is not his any more") || about.Pool == "" && w.org.Can(user, access.See, about)) {`,
	},
	{
		"a refused mutation leaves half of its effect", "syncserver/hub/work.go",
		`			w.tx.Rollback(mark)
`, `			if !planted("a refused mutation leaves half of its effect") {
				w.tx.Rollback(mark)
			}
`,
	},
	{
		"a pool sends all kinds, not faces alone", "syncserver/hub/page.go",
		`		if d.show.Face {
			sort++`, `		if d.show.Face && !planted("a pool sends all kinds, not faces alone") {
			sort++`,
	},
	{
		"a disabled user's token still opens", "syncserver/hub/login.go",
		`		if !found || t.Disabled {`, `		if !found || t.Disabled && !planted("a disabled user's token still opens") {`,
	},
	{
		"a run has a leader and no fence: it is made by every process", "syncserver/hub/reclaim.go",
		`		ok = !done && (!made || run.Finished == 0)`, `		ok = !done && (!made || run.Finished == 0) || planted("a run has a leader and no fence: it is made by every process")`,
	},
	{
		"a history line is forgotten", "syncserver/hub/edit.go",
		`	for name, v := range e.taken {
		e.tx.AddHistory(`, `	for name, v := range e.taken {
		if planted("a history line is forgotten") && len(e.taken) > 1 {
			continue
		}
		e.tx.AddHistory(`,
	},
	{
		"a transfer forgets the history of holding", "syncserver/hub/holding.go",
		`	if err := w.holdingChange(before, customer.ID, h); err != nil {`, `	if planted("a transfer forgets the history of holding") && h.how == "transferred" {
		return nil
	}
	if err := w.holdingChange(before, customer.ID, h); err != nil {`,
	},
	{
		"a released customer keeps its owner", "syncserver/hub/holding.go",
		`		set["pool"], set["pooled_at"] = h.pool, w.now()
`, `		set["pool"], set["pooled_at"] = h.pool, w.now()
		if planted("a released customer keeps its owner") {
			delete(set, "owner")
		}
`,
	},
	{
		"a restored server goes on with its epoch", "syncserver/store/epoch.go",
		`	before, now = tx.epoch, uuid.NewString()
`, `	before, now = tx.epoch, uuid.NewString()
	if planted("a restored server goes on with its epoch") {
		now = before
	}
`,
	},
	{
		"commits that do not wait for the disk", "syncserver/store/sqlite.go",
		`dsn(path, writePragmas)`, `dsn(path, orPlanted("commits that do not wait for the disk", "", "_synchronous=NORMAL&")+writePragmas)`,
	},
	{
		"a delete that hides its record and says so to nobody", "syncserver/store/feed.go",
		`	if err != nil || !e.has || e.now.Deleted {
		return []string{}, err
	}`, `	if err != nil || !e.has || e.now.Deleted && !planted("a delete that hides its record and says so to nobody") {
		return []string{}, err
	}`,
	},
}
