package replica

import (
	"database/sql/driver"
	"strconv"
)

// The keys of the table meta.
const (
	metaAddress   = "address"
	metaToken     = "token"
	metaUser      = "user"
	metaUserName  = "user_name"
	metaDevice    = "device"
	metaPublished = "published"
	metaPractice  = "practice"
	metaEpoch     = "epoch"
	metaCursor    = "cursor"
	metaPull      = "pull_token"
	metaStage     = "pull_stage"
	metaNumbers   = "numbers"
	metaLastSync  = "last_sync"
	metaSkew      = "skew"
	metaIndexes   = "indexes"
	metaRemoval   = "removal_allowed"
	metaRepairs   = "repairs"
	metaSuspects  = "suspects"
	metaReplica   = "replica"
	metaRestored  = "restored"
	metaSchema    = "schema"
	metaCounted   = "counted"
	metaSweep     = "sweep"
	metaSyncFile  = "sync_file"
	metaSpent     = "lease_spent" // ms of the lease that are used up
	metaSeen      = "lease_seen"  // when they were counted, Unix ms by this machine's clock
	metaPrefer    = "prefer."
)

// Account is who uses the replica, and with which server.
type Account struct {
	Address string // of the server; "" before the first login and in a practice book
	Token   string // of the device; "" after a logout
	User    string // id
	Name    string // of the user
	Device  string // UUIDv7 of this replica, made once
}

// Account reads who uses the replica.
func (r *Replica) Account() (Account, error) {
	var a Account
	err := r.snapshot(func(c *conn) error {
		return c.metas(map[string]*string{
			metaAddress: &a.Address, metaToken: &a.Token, metaUser: &a.User, metaUserName: &a.Name, metaDevice: &a.Device,
		})
	})
	return a, err
}

// SetAccount writes who uses the replica. The user of a replica that holds rows cannot be changed this way: see Clear.
func (r *Replica) SetAccount(a Account) error {
	return r.change(durable, func(t *tx) error {
		t.touched.Account = true
		for key, value := range map[string]string{
			metaAddress: a.Address, metaToken: a.Token, metaUser: a.User, metaUserName: a.Name, metaDevice: a.Device,
		} {
			if err := t.setMeta(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sender tells under which name this replica pushes: the device's id, until it was found to be a copy. restored says that
// what waits was typed in view of a history that the server has lost.
func (r *Replica) Sender() (name string, restored bool, err error) {
	var device, again string
	err = r.snapshot(func(c *conn) error {
		return c.metas(map[string]*string{metaReplica: &name, metaDevice: &device, metaRestored: &again})
	})
	if name == "" {
		name = device
	}
	return name, again == yes, err
}

// Status is what the status bar says about the last sync.
type Status struct {
	Published bool // the first sync is complete, or the book is a practice book
	Practice  bool
	LastSync  int64 // Unix ms of the last complete pull, 0 for never
	Skew      int64 // device clock minus server clock, ms
	Epoch     string
	Cursor    string
}

// Status reads how far sync has come.
func (r *Replica) Status() (Status, error) {
	var s Status
	var published, practice, last, skew string
	err := r.snapshot(func(c *conn) error {
		return c.metas(map[string]*string{
			metaPublished: &published, metaPractice: &practice, metaLastSync: &last, metaSkew: &skew,
			metaEpoch: &s.Epoch, metaCursor: &s.Cursor,
		})
	})
	s.Published, s.Practice = published == yes, practice == yes
	s.LastSync, _ = strconv.ParseInt(last, 10, 64)
	s.Skew, _ = strconv.ParseInt(skew, 10, 64)
	return s, err
}

// SetSkew keeps how far this machine's clock is ahead of the server's, in milliseconds.
func (r *Replica) SetSkew(ms int64) error {
	return r.change(relaxed, func(t *tx) error { return t.setMeta(metaSkew, strconv.FormatInt(ms, 10)) })
}

// Preference reads a setting of this laptop (language, theme), "" when it was never set.
func (r *Replica) Preference(name string) (value string, err error) {
	err = r.view(func(c *conn) error {
		value, err = c.meta(metaPrefer + name)
		return err
	})
	return value, err
}

// SetPreference writes a setting of this laptop.
func (r *Replica) SetPreference(name, value string) error {
	return r.change(durable, func(t *tx) error { return t.setMeta(metaPrefer+name, value) })
}

// SyncFile is the id of the sync file that was saved last and has no answer yet, "" when there is none.
func (r *Replica) SyncFile() (id string, err error) {
	err = r.view(func(c *conn) error {
		id, err = c.meta(metaSyncFile)
		return err
	})
	return id, err
}

// SetSyncFile notes which sync file waits for its answer, "" for none.
func (r *Replica) SetSyncFile(id string) error {
	return r.change(durable, func(t *tx) error { return t.setMeta(metaSyncFile, id) })
}

const yes = "1"

func (c *conn) meta(key string) (string, error) {
	return c.text("SELECT value FROM meta WHERE key = ?", key)
}

func (c *conn) metas(into map[string]*string) error {
	return c.query("SELECT key, value FROM meta", nil, func(row []driver.Value) error {
		if key, ok := row[0].(string); ok && into[key] != nil {
			*into[key], _ = row[1].(string)
		}
		return nil
	})
}

func (c *conn) setMeta(key, value string) error {
	if value == "" {
		return c.exec("DELETE FROM meta WHERE key = ?", key)
	}
	return c.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
}
