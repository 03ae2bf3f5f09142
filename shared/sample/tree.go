package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yuzhou/shared/schema"
)

// fate is how a customer stands: who holds it and how long ago somebody was last in touch.
type fate struct {
	owner, pool string
	former      string // who held it before it went to the pool
	silent      int    // days since the last follow-up, or since it was taken
	dealt       bool
}

// reclaimAfter is the number of days of the usual rule. Held customers are kept within it, so that a night does not
// empty a book that was made in the evening.
const reclaimAfter = 30

// fate draws one: a tenth lies in a pool, an eighth of the rest is about to go there, a few have been dealt.
func (w *writer) fate() fate {
	user := pick(w, w.c.Users)
	if len(w.c.Pools) > 0 && w.chance(10) {
		return fate{pool: pick(w, w.c.Pools), former: user, silent: reclaimAfter + 1 + w.r.IntN(60)}
	}
	f := fate{owner: user, silent: w.r.IntN(reclaimAfter - 6), dealt: w.chance(8)}
	if w.chance(12) {
		f.silent = reclaimAfter - 6 + w.r.IntN(6)
	}
	return f
}

// tree makes customer number i with so many follow-ups and tasks.
func (w *writer) tree(i int, f fate, followUps, tasks int) Tree {
	last := w.workday(f.silent)
	gaps := make([]int, followUps)
	span := f.silent
	for n := range gaps {
		gaps[n] = 2 + w.r.IntN(18)
		span += gaps[n]
	}
	taken := w.workday(span + 3 + w.r.IntN(10))
	created := taken
	if w.chance(30) {
		created = w.workday(span + 60 + w.r.IntN(200))
	}
	if followUps == 0 {
		taken, created = last, last
	}
	root := w.id(created)
	t := Tree{Customer: w.customer(i, root, f)}
	contact := ""
	if w.c.Contacts && w.chance(85) {
		c := w.contact(root, created)
		contact = c.ID
		t.Children = append(t.Children, c)
	}
	author := f.owner + f.former // one of them is empty
	back := f.silent
	for n := range followUps {
		at := last
		if n > 0 {
			back += gaps[n-1]
			at = w.workday(back)
		}
		method := pick(w, methods)
		if n == 0 { // the last one counts, or the customer would be overdue
			method = pick(w, counted)
		}
		t.Children = append(t.Children, w.followUp(root, author, contact, method, at))
	}
	for range tasks {
		t.Children = append(t.Children, w.task(root, author))
	}
	t.Holding = w.holding(root, f, taken, t.Children)
	return t
}

// holding is the server's record of who holds the customer, in keeping with its follow-ups.
func (w *writer) holding(root string, f fate, taken time.Time, children []schema.Record) schema.Record {
	v := schema.Values{}
	for _, c := range children {
		if c.Kind != "followup" {
			continue
		}
		at := c.Int("occurred_at")
		if at > asInt(v["followed_at"]) {
			v["followed_at"] = at
		}
		if slices.Contains(counted, c.Text("method")) && at > asInt(v["counted_at"]) {
			v["counted_at"] = at
		}
	}
	if f.owner != "" {
		v["owner"], v["claimed_at"] = f.owner, taken.UnixMilli()
		v["how"] = []string{"created", "claimed", "assigned"}[w.r.IntN(3)]
		if f.dealt {
			v["dealt_at"] = w.workday(w.r.IntN(f.silent + 1)).UnixMilli()
		}
		return schema.Record{Kind: "holding", ID: root, Root: root, Values: v}
	}
	v["pool"], v["former_owner"] = f.pool, f.former
	v["pooled_at"] = w.workday(w.r.IntN(max(1, f.silent-reclaimAfter))).UnixMilli()
	v["how"] = "reclaimed"
	if w.chance(40) {
		v["how"], v["reason"] = "released", pick(w, releaseReasons)
	}
	return schema.Record{Kind: "holding", ID: root, Root: root, Values: v}
}

func asInt(v any) int64 { n, _ := v.(int64); return n }

// customer makes the record of a company. Names do not repeat: each short name goes through all cities before a pair of
// both comes again.
func (w *writer) customer(i int, id string, f fate) schema.Record {
	brand := w.names[i%len(w.names)]
	place := w.cities[(i/len(w.names)+31*brand)%len(w.cities)]
	trade := pick(w, trades)
	v := schema.Values{
		"name":        place.short + w.c.Names[brand] + trade.word + pick(w, forms),
		"level":       pick(w, levels),
		"type":        pick(w, types),
		"industry":    trade.industry,
		"source":      pick(w, sources),
		"mobile":      w.mobile(),
		"region":      pick(w, place.paths),
		"address":     fmt.Sprintf("%s%d号%s%d室", pick(w, streets), 1+w.r.IntN(980), pick(w, buildings), 101+w.r.IntN(1800)),
		"credit_code": w.creditCode(),
		"remark":      w.remark(),
	}
	domain := fmt.Sprintf("c%06d.example", i+1)
	if w.chance(70) {
		v["phone"] = fmt.Sprintf("0%d-%08d", 310+w.r.IntN(600), 20000000+w.r.IntN(69999999))
	}
	if w.chance(75) {
		v["email"] = pick(w, mailboxes) + "@" + domain
	}
	if w.chance(40) {
		v["website"] = "https://www." + domain
	}
	if w.chance(50) {
		v["tags"] = schema.NewSet(pick(w, tags), pick(w, tags))
	}
	if f.owner != "" && w.chance(60) {
		v["next_contact_at"] = w.ahead(w.r.IntN(14)).UnixMilli()
	}
	return schema.Record{Kind: "customer", ID: id, Root: id, Values: v}
}

// remark is what a salesperson knows about a customer; its second and third sentence are never the same.
func (w *writer) remark() string {
	tail := w.r.IntN(len(remarkTails))
	other := (tail + 1 + w.r.IntN(len(remarkTails)-1)) % len(remarkTails)
	return pick(w, remarks) + remarkTails[tail] + remarkTails[other]
}

func (w *writer) mobile() string {
	return fmt.Sprintf("1%d%09d", 3+w.r.IntN(7), w.r.IntN(1_000_000_000))
}

// creditCode makes a code with its check digit.
func (w *writer) creditCode() string {
	const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	b := []byte("91")
	b = fmt.Appendf(b, "%06d", 110000+w.r.IntN(550000))
	for len(b) < 17 {
		b = append(b, letters[w.r.IntN(len(letters))])
	}
	sum, weight := 0, 1
	for _, c := range b {
		sum += strings.IndexByte(letters, c) * weight
		weight = weight * 3 % 31
	}
	return string(append(b, letters[(31-sum%31)%31]))
}

func (w *writer) contact(root string, created time.Time) schema.Record {
	v := schema.Values{
		"name": w.person(), "mobile": w.mobile(), "position": pick(w, positions), "primary": true, "role": pick(w, contactRoles),
	}
	if w.chance(50) {
		v["sex"] = pick(w, []string{"male", "female"})
	}
	return schema.Record{Kind: "contact", ID: w.id(created), Root: root, Values: v}
}

func (w *writer) person() string {
	name := pick(w, surnames) + pick(w, givens)
	if w.chance(55) {
		name += pick(w, givens)
	}
	return name
}

func (w *writer) followUp(root, author, contact, method string, at time.Time) schema.Record {
	noted := at.Add(time.Duration(1+w.r.IntN(40)) * time.Minute)
	if noted.After(w.c.Now) {
		noted = at
	}
	v := schema.Values{
		"method": method, "author": author, "content": w.talk(method),
		"occurred_at": at.UnixMilli(), "recorded_at": noted.UnixMilli(), "received_at": noted.UnixMilli(),
	}
	if w.chance(60) {
		v["attitude"] = pick(w, attitudes)
	}
	if contact != "" && w.chance(30) {
		v["contact"] = contact
	}
	return schema.Record{Kind: "followup", ID: w.id(noted), Root: root, Values: v}
}

// task makes something to do for a customer; without one it stands alone.
func (w *writer) task(root, user string) schema.Record {
	created := w.workday(w.r.IntN(20))
	v := schema.Values{
		"title": pick(w, taskVerbs) + pick(w, taskThings), "list": pick(w, lists), "status": "open",
		"priority": pick(w, priorities), "executor": user, "creator": user, "due_at": w.ahead(w.r.IntN(12)).UnixMilli(),
	}
	if w.chance(35) {
		done := w.workday(w.r.IntN(5))
		v["status"], v["done_at"] = "done", max(created.UnixMilli(), done.UnixMilli())
	}
	if w.chance(30) {
		v["description"] = pick(w, taskNotes)
	}
	id := w.id(created)
	if root == "" {
		root = id
	}
	return schema.Record{Kind: "task", ID: id, Root: root, Values: v}
}

// talk writes what was said.
func (w *writer) talk(method string) string {
	text := pick(w, talkOpenings[method]) + pick(w, talkTopics)
	if w.chance(70) {
		text += "；" + pick(w, talkResults)
	}
	return text + "。"
}
