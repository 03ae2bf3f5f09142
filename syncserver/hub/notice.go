package hub

import (
	"encoding/json"
	"strconv"
	"strings"

	"yuzhou/shared/schema"
)

// tell leaves a message for a user; the words of notice.CODE are filled with params. customer may be "".
func (w *work) tell(user, code, customer string, params map[string]string) error {
	if !w.org.Active(user) {
		return nil
	}
	id, err := newID()
	if err != nil {
		return err
	}
	for name, v := range params {
		if v == "" {
			delete(params, name)
		}
	}
	fill, err := json.Marshal(params)
	if err != nil {
		return err
	}
	w.tx.AssumeNew("notice", id)
	return w.tx.Put(schema.Record{Kind: "notice", ID: id, Root: id}.With(schema.Values{
		"user": user, "code": code, "params": string(fill), "customer": text(customer), "at": w.now(),
	}))
}

// tellOwners tells the old and the new owner of a customer what somebody else did.
func (w *work) tellOwners(customer schema.Record, lost string, h holder) error {
	if h.quiet {
		return nil
	}
	params := func() map[string]string {
		return map[string]string{
			"Customer": customer.Text("name"), "By": w.org.UserName(h.by), "To": w.org.UserName(h.owner), "Pool": w.poolName(h.pool),
			"Reason": h.reason, "Note": h.note,
		}
	}
	away := map[string]string{"transferred": "transferred_away", "released": "released"}
	mine := map[string]string{"transferred": "transferred_to_you", "assigned": "assigned", "returned": "returned"}
	if code := away[h.how]; code != "" && lost != "" && lost != h.by && lost != h.owner {
		if err := w.tell(lost, code, "", params()); err != nil {
			return err
		}
	}
	if code := mine[h.how]; code != "" && (h.owner != h.by || h.how == "returned") {
		return w.tell(h.owner, code, customer.ID, params())
	}
	return nil
}

func (w *work) poolName(id string) string {
	p, _ := w.org.Pool(id)
	return p.Text("name")
}

// tellExecutor tells somebody that he has a task from somebody else; before is who had it.
func (p *pusher) tellExecutor(r schema.Record, before string) error {
	executor := r.Text("executor")
	if r.Kind != "task" || executor == before || executor == p.by.User {
		return nil
	}
	customer := ""
	if r.Root != r.ID {
		customer = r.Root
	}
	return p.tell(executor, "task_assigned", customer, map[string]string{"Title": r.Text("title"), "By": p.org.UserName(p.by.User)})
}

// maxNames is how many customers a digest names.
const maxNames = 12

// digest is what one person hears of a reclaim run.
type digest struct {
	names []string
	days  map[int64]bool // of the rules that took them
}

func (d *digest) add(item RunItem) {
	d.names = append(d.names, item.Name)
	if d.days == nil {
		d.days = map[int64]bool{}
	}
	d.days[item.Days] = true
}

// params fill the words of the digest: the first names, and the rule when one rule took all.
func (d *digest) params() map[string]string {
	params := map[string]string{"N": strconv.Itoa(len(d.names))}
	params["Names"] = strings.Join(d.names[:min(maxNames, len(d.names))], "、")
	if len(d.names) > maxNames {
		params["Names"] += "…"
	}
	if len(d.days) == 1 {
		for days := range d.days {
			params["Days"] = strconv.FormatInt(days, 10)
		}
	}
	return params
}
