package world

// defect is a mistake that somebody could make: in a file, one piece of text replaced by another. What is planted is
// asked for by name, so that one build has all of them and each is there alone.
type defect struct {
	name string
	file string // from the root of the module
	was  string // stands in the file once
	now  string

	was2, now2 string // a second place, when one is not enough
}

// serverDefects are mistakes of the server.
var serverDefects = []defect{
	{
		name: "a naive cursor: the reader begins one commit too late", file: "syncserver/hub/page.go",
		was: `p.At.Seq = base + 1 // every`,
		now: `p.At.Seq = base + 1 + planted1("a naive cursor: the reader begins one commit too late") // every`,
	},
	{
		name: "the head is read after the rows: news of other scopes meanwhile are lost", file: "syncserver/hub/page.go",
		was: `		if p.Round == p.view.Head {`,
		now: `		if p.Round == p.view.Head || planted("the head is read after the rows: news of other scopes meanwhile are lost") {`,
	},
	{
		name: "no push id: what is sent again has a second effect", file: "syncserver/hub/push.go",
		was: `	old, found, same, err := p.tx.Result(m, p.by.User)
`,
		now: `	old, found, same, err := p.tx.Result(m, p.by.User)
	if planted("no push id: what is sent again has a second effect") && found {
		m.ID, found = m.ID+"-", false
	}
`,
	},
	{
		name: "a missing leave entry", file: "syncserver/store/feed.go",
		was: `			lines.left = append(lines.left, scope,`,
		now: `			if planted("a missing leave entry") {
				continue
			}
			lines.left = append(lines.left, scope,`,
	},
	{
		name: "a scope ends without its event", file: "syncserver/store/people.go",
		was: `		for _, g := range without(s.was, s.now) {`,
		now: `		for _, g := range without(s.was, s.now) {
			if planted("a scope ends without its event") {
				continue
			}`,
	},
	{
		name: "a scope begins without its event", file: "syncserver/store/people.go",
		was: `			lines = append(lines, user, g.Scope, seq, int64(0), g.Face,`,
		now: `			if planted("a scope begins without its event") {
				seq = 0
			}
			lines = append(lines, user, g.Scope, seq, int64(0), g.Face,`,
	},
	{
		name: "a root that comes back is served as a change, not as a join", file: "syncserver/store/feed.go",
		was: `"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, joined = excluded.joined, gone = 0, leave = NULL",`,
		now: `"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, " + orPlanted("a root that comes back is served as a change, not as a join", "joined = excluded.joined, ", "") + "gone = 0, leave = NULL",`,
	},
	{
		name: "a change in a pool that does not reach its feed", file: "syncserver/store/feed.go",
		was: `		case c.show || c.any && !isFace(scope):`,
		now: `		case (c.show || c.any) && !isFace(scope) || c.show && !planted("a change in a pool that does not reach its feed"):`,
	},
	{
		name: "the counter is raised, but not in every commit", file: "syncserver/store/flush.go",
		was: "	return tx.c.exec(`UPDATE counter SET seq = ?, rights",
		now: "	if planted(\"the counter is raised, but not in every commit\") && seq%7 == 0 {\n\t\treturn nil\n\t}\n	return tx.c.exec(`UPDATE counter SET seq = ?, rights",
	},
	{
		name: "last writer wins by his clock", file: "syncserver/hub/edit.go",
		was: `	value, verdict := change.MergeField(f.Type, e.m.Base[name], e.before.Values[name], mine)
`,
		now: `	value, verdict := change.MergeField(f.Type, e.m.Base[name], e.before.Values[name], mine)
	if planted("last writer wins by his clock") && verdict == change.Clash && e.m.At > e.now()-1000*3600*24 {
		value, verdict = mine, change.Take
	}
`,
	},
	{
		name: "a clash without a conflict record", file: "syncserver/hub/edit.go",
		was: `	for _, name := range e.clashes {`,
		now: `	for _, name := range e.clashes {
		if planted("a clash without a conflict record") {
			continue
		}`,
	},
	{
		name: "an edit after the customer has gone is dropped", file: "syncserver/hub/conflict.go",
		was: `	for _, name := range fields {
		if schema.Equal(`,
		now: `	for _, name := range fields {
		if planted("an edit after the customer has gone is dropped") || schema.Equal(`,
	},
	{
		name: "a conflict is shown to whoever typed, also when the customer is not his any more", file: "syncserver/hub/work.go",
		was: `		if user != "" && about.Pool == "" && w.org.Can(user, access.See, about) {`,
		now: `		if user != "" && (planted("a conflict is shown to whoever typed, also when the customer is not his any more") || about.Pool == "" && w.org.Can(user, access.See, about)) {`,
	},
	{
		name: "a pool sends all kinds, not faces alone", file: "syncserver/hub/page.go",
		was: `		if d.show.Face {
			sort++`,
		now: `		if d.show.Face && !planted("a pool sends all kinds, not faces alone") {
			sort++`,
	},
	{
		name: "a run has a leader and no fence: it is made by every process", file: "syncserver/hub/reclaim.go",
		was: `		ok = !done && (!made || run.Finished == 0)`, now: `		ok = !done && (!made || run.Finished == 0) || planted("a run has a leader and no fence: it is made by every process")`,
		was2: `	if err != nil || run.Finished != 0 {
		return true, err`, now2: `	if err != nil || run.Finished != 0 && !planted("a run has a leader and no fence: it is made by every process") {
		return true, err`,
	},
	{
		name: "a history line is forgotten", file: "syncserver/hub/edit.go",
		was: `	for name, v := range e.taken {
		e.tx.AddHistory(`,
		now: `	for name, v := range e.taken {
		if planted("a history line is forgotten") && len(e.taken) > 1 {
			continue
		}
		e.tx.AddHistory(`,
	},
	{
		name: "a link does not include the one before", file: "syncserver/store/history.go",
		was: `newTally(tx.link.Sum, seq,`,
		now: `newTally(orPlanted("a link does not include the one before", tx.link.Sum, ""), seq,`,
	},
	{
		name: "a line of the history is outside of its link", file: "syncserver/store/history.go",
		was: `		sum.add(&l)
`,
		now: `		if !planted("a line of the history is outside of its link") || l.by != "" {
			sum.add(&l)
		}
`,
	},
	{
		name: "a transfer forgets the history of holding", file: "syncserver/hub/holding.go",
		was: `	if err := w.holdingChange(before, customer.ID, h); err != nil {`,
		now: `	if planted("a transfer forgets the history of holding") && h.how == "transferred" {
		return nil
	}
	if err := w.holdingChange(before, customer.ID, h); err != nil {`,
	},
	{
		name: "a released customer keeps its owner", file: "syncserver/hub/holding.go",
		was: `		set["pool"], set["pooled_at"] = h.pool, w.now()
`,
		now: `		set["pool"], set["pooled_at"] = h.pool, w.now()
		if planted("a released customer keeps its owner") {
			delete(set, "owner")
		}
`,
	},
	{
		name: "a restored server goes on with its epoch", file: "syncserver/store/epoch.go",
		was: `	before, now = tx.epoch, uuid.NewString()
`,
		now: `	before, now = tx.epoch, uuid.NewString()
	if planted("a restored server goes on with its epoch") {
		now = before
	}
`,
	},
	{
		name: "commits that do not wait for the disk", file: "syncserver/store/sqlite.go",
		was: `dsn(path, writePragmas)`,
		now: `dsn(path, orPlanted("commits that do not wait for the disk", "", "_synchronous=NORMAL&")+writePragmas)`,
	},
	{
		name: "a delete that hides its record and says so to nobody", file: "syncserver/store/feed.go",
		was: `	if err != nil || !e.has || e.now.Deleted {
		return []string{}, err
	}`,
		now: `	if err != nil || !e.has || e.now.Deleted && !planted("a delete that hides its record and says so to nobody") {
		return []string{}, err
	}`,
	},
	{
		name: "a refused claim uses up the daily limit", file: "syncserver/hub/command.go",
		was: `	if refused != nil {
		return Result{}, refused
	}
	c.tx.AddLedger(`,
		now: `	if refused != nil && planted("a refused claim uses up the daily limit") {
		c.tx.AddLedger(store.Ledger{Claim: c.m.ID, User: c.by.User, Pool: from, Customer: c.customer.ID, Day: day})
		return refuse(c.m, refused), nil
	}
	if refused != nil {
		return Result{}, refused
	}
	c.tx.AddLedger(`,
	},
	{
		name: "whoever sees may write", file: "syncserver/hub/edit.go",
		was: `	if err := p.right(access.Edit, about); err != nil {`,
		now: `	if err := p.right(access.Edit, about); err != nil && !planted("whoever sees may write") {`,
	},
}
