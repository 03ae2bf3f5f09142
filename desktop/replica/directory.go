package replica

import (
	"database/sql/driver"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// Directory is what the replica knows of the company: people, rights, pools, rules, settings, dictionaries. It is an
// immutable picture, made anew when one of its records changes.
type Directory struct {
	Org      *access.Org
	Policy   *pool.Policy
	Settings schema.Record
	Zone     *time.Location
	Rules    []schema.Record
	Entries  []schema.Record          // of dictionaries
	methods  map[string]schema.Record // of follow-ups, by key
}

// directoryKinds are the kinds the picture is made of.
var directoryKinds = []string{"user", "department", "role", "pool", "rule", "settings", "dictionary"}

func isDirectory(kind string) bool {
	for _, k := range directoryKinds {
		if k == kind {
			return true
		}
	}
	return false
}

// usualZone is where a company is whose settings name no zone this machine knows.
var usualZone = time.FixedZone("CST", 8*60*60)

// Directory reads the picture.
func (r *Replica) Directory() (*Directory, error) {
	var d *Directory
	err := r.snapshot(func(c *conn) (err error) {
		d, err = r.directory(c)
		return err
	})
	return d, err
}

func (r *Replica) directory(c *conn) (*Directory, error) {
	sets := map[string][]schema.Record{}
	for _, kind := range directoryKinds {
		t := r.tables[kind]
		err := c.query(t.sel+" WHERE deleted = 0 ORDER BY id", nil, func(values []driver.Value) error {
			sets[kind] = append(sets[kind], t.scan(values).record())
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	d := &Directory{Zone: usualZone, Rules: sets["rule"], Entries: sets["dictionary"], methods: map[string]schema.Record{}}
	d.Settings = schema.Record{Kind: "settings", ID: crm.SettingsID, Root: crm.SettingsID}
	if len(sets["settings"]) > 0 {
		d.Settings = sets["settings"][0]
	}
	if zone, err := time.LoadLocation(d.Settings.Text("zone")); err == nil && d.Settings.Has("zone") {
		d.Zone = zone
	}
	for _, entry := range d.Entries {
		if entry.Text("list") == "followup_method" {
			d.methods[entry.Text("key")] = entry
		}
	}
	d.Org = access.NewOrg(sets["user"], sets["department"], sets["role"], sets["pool"])
	d.Policy = pool.NewPolicy(d.Org, d.Rules, d.Zone)
	return d, nil
}

// Counts tells whether a follow-up restarts the clock of its customer.
func (d *Directory) Counts(followup schema.Record) bool {
	method, known := d.methods[followup.Text("method")]
	return known && pool.Counts(method, followup)
}

// directory is the picture as of this transaction.
func (t *tx) directory() (*Directory, error) {
	if t.r.known == nil || t.dirty {
		d, err := t.r.directory(t.conn)
		if err != nil {
			return nil, err
		}
		t.r.known, t.dirty = d, false
	}
	return t.r.known, nil
}

// touch notes that rows of a kind change.
func (t *tx) touch(kind string) {
	t.touched.Kinds[kind] = true
	if isDirectory(kind) {
		t.dirty, t.rules = true, true
	}
}

// facts are what lists show and sort by of a holding, in the order of derivedColumns without name_key.
func (d *Directory) facts(holding schema.Record, now time.Time) []driver.Value {
	touched := max(holding.Int("followed_at"), holding.Int("claimed_at"))
	due := d.Policy.Due(holding, now)
	return []driver.Value{
		orNull(holding.Text("owner")), orNull(holding.Text("pool")), orNone(holding.Int("followed_at")),
		orNone(touched), orNone(holding.Int("pooled_at")), orNull(due.On),
	}
}

func orNone(n int64) driver.Value {
	if n == 0 {
		return nil
	}
	return n
}

// RefreshDue computes all days to the pool anew: after midnight a lock may have ended.
func (r *Replica) RefreshDue() error {
	return r.change(relaxed, func(t *tx) error {
		t.touch("customer")
		return t.allDue()
	})
}

// allDue brings due_on of every held customer up to date; only those that differ are written.
func (t *tx) allDue() error {
	d, err := t.directory()
	if err != nil {
		return err
	}
	type change struct{ id, on string }
	var changes []change
	h := t.r.tables["holding"]
	text := "SELECT c.due_on, " + columnsOf("h", h) + " FROM holding h JOIN customer c ON c.id = h.id WHERE h.owner IS NOT NULL"
	err = t.query(text, nil, func(values []driver.Value) error {
		was, _ := values[0].(string)
		w := h.scan(values[1:])
		if on := d.Policy.Due(w.record(), t.now).On; on != was {
			changes = append(changes, change{w.id, on})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := t.exec("UPDATE customer SET due_on = ? WHERE id = ?", orNull(c.on), c.id); err != nil {
			return err
		}
	}
	t.rules = false
	return nil
}

// EmptyDirectory is the picture of a company that nothing is known of.
func EmptyDirectory() *Directory {
	org := access.NewOrg(nil, nil, nil, nil)
	return &Directory{
		Org: org, Policy: pool.NewPolicy(org, nil, usualZone), Zone: usualZone,
		Settings: schema.Record{Kind: "settings", ID: crm.SettingsID, Root: crm.SettingsID},
	}
}

// Directory tells whether the commit changed anything that a Directory is made of.
func (t Touched) Directory() bool {
	for kind := range t.Kinds {
		if isDirectory(kind) {
			return true
		}
	}
	return false
}
