package replica

// stamps are the rows of a page of which nothing but the number is new: mostly the person's own changes, which stood here
// already as they now come back. Those of one commit get their number together.
type stamps struct {
	seqs  map[key]int64
	order []key
}

// take takes a row if nothing but its number is new. A holding never: the day to the pool is computed with it.
func (s *stamps) take(w, old *row) bool {
	k := key{w.t.kind.Name, w.id}
	if old == nil || k.kind == "holding" || !w.staysListed(old) || !w.looksLike(old) {
		delete(s.seqs, k) // it is written otherwise, now
		return false
	}
	if s.seqs == nil {
		s.seqs = map[key]int64{}
	}
	s.seqs[k] = w.seq
	s.order = append(s.order, k)
	return true
}

// stamp writes the numbers that were taken. It comes before the rows are read again.
func (a *applier) stamp() error {
	type commit struct {
		kind string
		seq  int64
	}
	ids := map[commit][]string{}
	for _, k := range a.stamps.order {
		if seq, still := a.stamps.seqs[k]; still {
			ids[commit{k.kind, seq}] = append(ids[commit{k.kind, seq}], k.id)
		}
	}
	a.stamps = stamps{}
	for of, list := range ids {
		if err := a.exec(a.r.tables[of.kind].stamp, of.seq, idList(list)); err != nil {
			return err
		}
	}
	return nil
}
