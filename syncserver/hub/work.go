package hub

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// work is one transaction of the committer with what decisions depend on. It is used by one goroutine.
type work struct {
	hub         *Hub
	tx          *store.Tx
	org         *access.Org
	reorganised bool
}

func (h *Hub) newWork(tx *store.Tx) (*work, error) {
	w := &work{hub: h, tx: tx}
	tx.Scopes, tx.Marks = w.scopes, marks
	cached := h.org.Load()
	if cached == nil || cached.rights != tx.Rights() || cached.epoch != tx.Epoch() {
		// At the start, and when another process on the same file changed the organisation.
		org, err := readOrg(tx.All)
		if err != nil {
			return nil, err
		}
		cached = &picture{epoch: tx.Epoch(), rights: tx.Rights(), org: org}
		h.org.Store(cached)
	}
	w.org = cached.org
	return w, nil
}

// attempt runs something under a savepoint. Whatever goes wrong in it, a panic too, leaves nothing behind and does not
// touch what else is in the transaction.
func (w *work) attempt(run func(*work) error) (err error) {
	mark, org, reorganised := w.tx.Mark(), w.org, w.reorganised
	defer func() {
		if wrong := recover(); wrong != nil {
			w.hub.log.Error("panic in the committer", slog.Any("panic", wrong), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("hub: panic: %v", wrong)
		}
		if err != nil {
			w.tx.Rollback(mark)
			w.org, w.reorganised = org, reorganised
		}
	}()
	return run(w)
}

// now is the transaction's time in Unix milliseconds.
func (w *work) now() int64 { return w.tx.Now.UnixMilli() }

// settings is the company's settings; an empty record before the first init.
func (w *work) settings() (schema.Record, error) {
	r, _, err := w.tx.Record("settings", crm.SettingsID)
	return r, err
}

// zone is the company's time zone.
func (w *work) zone() (*time.Location, error) {
	r, err := w.settings()
	return zoneOf(r), err
}

// zoneOf reads the zone of the settings. Shanghai while there is none: better than the machine's, which is often UTC.
func zoneOf(settings schema.Record) *time.Location {
	if z, err := time.LoadLocation(settings.Text("zone")); err == nil && settings.Has("zone") {
		return z
	}
	return time.FixedZone("Asia/Shanghai", 8*60*60)
}

// newID makes an id that sorts by its time of making.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// subject is what rights on a record depend on.
func (w *work) subject(kind *schema.Kind, r schema.Record) (access.Subject, error) {
	h, err := w.holdingOf(kind, r)
	return access.SubjectOf(kind, r, h), err
}

// holdingOf is the holding of a record's customer; nil for a record that stands alone, and for one without a holding.
func (w *work) holdingOf(kind *schema.Kind, r schema.Record) (*schema.Record, error) {
	if kind.Name != "customer" && (kind.Parent == "" || kind.Alone && r.Root == r.ID) {
		return nil, nil
	}
	h, found, err := w.tx.Record("holding", r.Root)
	if err != nil || !found {
		return nil, err
	}
	return &h, nil
}

// scopes says in which scopes a root is. A conflict shows the committed value, so it goes only to those of its people
// who see the record in full now.
func (w *work) scopes(r schema.Record) ([]string, error) {
	kind := crm.ByName(r.Kind)
	h, err := w.holdingOf(kind, r)
	if err != nil {
		return nil, err
	}
	if r.Kind != "conflict" {
		return access.ScopesOf(kind, r, h), nil
	}
	about, err := w.aboutConflict(r)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, user := range []string{r.Text("editor"), r.Text("holder")} {
		if user != "" && about.Pool == "" && w.org.Can(user, access.See, about) {
			list = append(list, access.UserScope(user))
		}
	}
	return list, nil
}

// aboutConflict is the subject of the record that a conflict is about.
func (w *work) aboutConflict(r schema.Record) (access.Subject, error) {
	kind := crm.ByName(r.Text("kind"))
	if kind == nil {
		return access.Subject{}, nil
	}
	about, found, err := w.tx.Record(kind.Name, r.Text("record"))
	if err != nil || !found {
		return access.Subject{}, err
	}
	return w.subject(kind, about)
}

// marks is what a customer can be recognised by (DUP-03, DUP-05).
func marks(customer schema.Record) []string {
	var list []string
	if mobile := customer.Text("mobile"); mobile != "" {
		list = append(list, markMobile+mobile)
	}
	if name := crm.NameKey(customer.Text("name")); name != "" {
		list = append(list, markName+name)
	}
	return list
}

const (
	markMobile = "m:"
	markName   = "n:"
)
