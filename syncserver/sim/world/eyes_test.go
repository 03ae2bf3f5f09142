package world

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// eyes decide by brute force what each person may see, for one state of the server: the text of access.md once more,
// without sets, streams or indexes.
type eyes struct {
	of    map[key]*rec // live records
	users map[string]*rec
	sees  map[[2]string]bool // who sees what whom holds, as far as it was asked
	pools map[[2]string]int
}

func newEyes(of map[key]*rec) *eyes {
	e := &eyes{of: of, users: map[string]*rec{}, sees: map[[2]string]bool{}, pools: map[[2]string]int{}}
	for k, r := range of {
		if k.Kind == "user" {
			e.users[k.ID] = r
		}
	}
	return e
}

func (e *eyes) get(kind, id string) *rec { return e.of[key{kind, id}] }

func (e *eyes) active(user string) bool {
	u := e.users[user]
	return u != nil && !u.flag("disabled")
}

// scopes lists the data scopes of a right, from all of a person's roles.
func (e *eyes) scopes(user, kind, action string) (list []string) {
	u := e.users[user]
	if u == nil || u.flag("disabled") {
		return nil
	}
	for _, id := range u.set("roles") {
		role := e.get("role", id)
		if role == nil {
			continue
		}
		if role.flag("super") {
			return []string{"all"}
		}
		for _, p := range role.set("permissions") {
			part := strings.Split(p, ":")
			if len(part) == 3 && (part[0] == kind || part[0] == "*") && (part[1] == action || part[1] == "*") {
				list = append(list, part[2])
			}
		}
	}
	return list
}

// inTree tells whether a department is another or lies below it.
func (e *eyes) inTree(department, top string) bool {
	for range 50 {
		if department == "" {
			return false
		}
		if department == top {
			return true
		}
		d := e.get("department", department)
		if d == nil {
			return false
		}
		department = d.text("parent")
	}
	return false
}

// below lists everybody below a person: who names him as superior, and who is in a department that he heads, and all below
// those.
func (e *eyes) below(boss string) map[string]bool {
	found := map[string]bool{}
	queue := []string{boss}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for id, u := range e.users {
			under := u.text("superior") == at
			for k, d := range e.of {
				under = under || k.Kind == "department" && d.text("head") == at && e.inTree(u.text("department"), k.ID)
			}
			if under && id != boss && !found[id] {
				found[id] = true
				queue = append(queue, id)
			}
		}
	}
	return found
}

// reaches tells whether a right of a person covers what somebody holds.
func (e *eyes) reaches(user, kind, action, owner string) bool {
	me, he := e.users[user], e.users[owner]
	if me == nil || he == nil {
		return false
	}
	for _, scope := range e.scopes(user, kind, action) {
		switch scope {
		case "all":
			return true
		case "self":
			if user == owner {
				return true
			}
		case "self_below":
			if user == owner || e.below(user)[owner] {
				return true
			}
		case "department":
			if me.text("department") != "" && me.text("department") == he.text("department") {
				return true
			}
		case "department_tree":
			if e.inTree(he.text("department"), me.text("department")) {
				return true
			}
		}
	}
	return false
}

// seesHeldBy tells whether a person sees what somebody holds.
func (e *eyes) seesHeldBy(user, owner string) bool {
	k := [2]string{user, owner}
	known, ok := e.sees[k]
	if !ok {
		known = e.reaches(user, "customer", "see", owner)
		e.sees[k] = known
	}
	return known
}

// How somebody sees what lies in a pool.
const (
	unseen = iota
	veiled
	unveiled
)

func (e *eyes) seesPool(user, pool string) int {
	k := [2]string{user, pool}
	known, ok := e.pools[k]
	if !ok {
		known = e.lookAtPool(user, pool)
		e.pools[k] = known
	}
	return known
}

func (e *eyes) lookAtPool(user, pool string) int {
	p := e.get("pool", pool)
	switch {
	case p == nil || !e.active(user):
		return unseen
	case slices.Contains(p.set("admins"), user), slices.Contains(e.scopes(user, "customer", "see"), "all"):
		return unveiled
	case p.flag("disabled"), p.text("mode") == "admins_only", !e.member(user, p):
		return unseen
	}
	return veiled
}

func (e *eyes) member(user string, p *rec) bool {
	u := e.users[user]
	if slices.Contains(p.set("users"), user) {
		return true
	}
	for _, d := range p.set("departments") {
		if e.inTree(u.text("department"), d) {
			return true
		}
	}
	for _, role := range u.set("roles") {
		if slices.Contains(p.set("roles"), role) && e.get("role", role) != nil {
			return true
		}
	}
	return false
}

var (
	forEverybody = map[string]bool{"user": true, "department": true, "role": true, "pool": true, "rule": true, "dictionary": true, "settings": true}
	underOnly    = map[string]bool{"contact": true, "followup": true, "holding_change": true}
	faces        = map[string]bool{"customer": true, "holding": true}
)

// show is a record as a person may see it; nil when he may not.
func (e *eyes) show(user string, r *rec) *rec {
	if r.Deleted || !e.active(user) {
		return nil
	}
	switch {
	case forEverybody[r.Kind]:
		return r
	case faces[r.Kind] || underOnly[r.Kind] || r.Kind == "task" && r.Root != r.ID:
		return e.showUnder(user, r)
	case r.Kind == "task":
		if slices.Contains([]string{r.text("executor"), r.text("creator")}, user) || slices.Contains(r.set("participants"), user) {
			return r
		}
	case r.Kind == "notice":
		if r.text("user") == user {
			return r
		}
	case r.Kind == "conflict":
		if (r.text("editor") == user || r.text("holder") == user) && e.seesInFull(user, r.text("kind"), r.text("record"), r.text("root")) {
			return r
		}
	}
	return nil
}

// showUnder shows a customer or what is under one.
func (e *eyes) showUnder(user string, r *rec) *rec {
	c, h := e.get("customer", r.Root), e.get("holding", r.Root)
	if c == nil || c.Deleted || h == nil {
		return nil
	}
	if owner := h.text("owner"); owner != "" {
		if e.seesHeldBy(user, owner) {
			return r
		}
		return nil
	}
	if !faces[r.Kind] {
		return nil
	}
	switch e.seesPool(user, h.text("pool")) {
	case unveiled:
		return r
	case veiled:
		return e.veil(r, e.get("pool", h.text("pool")))
	}
	return nil
}

// seesInFull tells whether a person sees the record that a conflict is about, with nothing veiled.
func (e *eyes) seesInFull(user, kind, id, root string) bool {
	if kind == "task" && id == root {
		t := e.get("task", id)
		return t != nil && e.show(user, &rec{key: t.key, Root: t.Root, V: t.V}) != nil
	}
	h := e.get("holding", root)
	return h != nil && h.text("owner") != "" && e.seesHeldBy(user, h.text("owner"))
}

// veil is what a pool shows of a customer: hidden fields are gone, masked ones are masks, and all of them are named.
func (e *eyes) veil(r, pool *rec) *rec {
	if r.Kind != "customer" {
		return r
	}
	out := *r
	out.V = vals{}
	for name, v := range r.V {
		out.V[name] = v
	}
	for _, f := range pool.set("hidden_fields") {
		if _, known := veils[f]; known {
			delete(out.V, f)
			out.Masked = append(out.Masked, f)
		}
	}
	for _, f := range pool.set("masked_fields") {
		mask, known := veils[f]
		if !known || slices.Contains(out.Masked, f) {
			continue
		}
		out.Masked = append(out.Masked, f)
		if v, ok := out.V[f]; ok {
			text, _ := v.(string)
			if out.V[f] = mask(text); out.V[f] == "" {
				delete(out.V, f)
			}
		}
	}
	slices.Sort(out.Masked)
	return &out
}

// veils say how each field of a customer is masked; a name never is.
var veils = map[string]func(string) string{
	"number": first, "level": gone, "type": gone, "industry": gone, "source": gone, "mobile": middle, "phone": area, "email": local,
	"website": stars, "region": first, "address": first, "credit_code": ends, "tags": gone, "next_contact_at": gone, "remark": first,
}

func gone(string) string  { return "" }
func stars(string) string { return "***" }
func first(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "***"
}

func middle(s string) string {
	if len(s) != 11 {
		return "***"
	}
	return s[:3] + "****" + s[7:]
}

func area(s string) string {
	before, _, cut := strings.Cut(s, "-")
	switch {
	case len(s) == 11 && s[0] == '1' && !cut:
		return middle(s)
	case cut:
		return before + "-****"
	}
	return "****"
}

func local(s string) string {
	name, domain, ok := strings.Cut(s, "@")
	if !ok || name == "" {
		return "***"
	}
	return first(name) + "@" + domain
}

func ends(s string) string {
	if len(s) < 8 {
		return "***"
	}
	return s[:8] + "**********"
}
