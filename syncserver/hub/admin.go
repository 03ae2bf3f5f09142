package hub

import (
	"context"
	"maps"
	"slices"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// keepers are the rights under which the kinds of the administration are edited.
var keepers = map[string]access.Action{
	"user": access.ManageUsers, "department": access.ManageUsers, "role": access.ManageRoles,
	"pool": access.ManagePools, "rule": access.ManagePools, "dictionary": access.ManageSettings, "settings": access.ManageSettings,
}

// Put creates (id "") or changes a record of the administration: user, department, role, pool, rule, dictionary,
// settings. nil empties a field. Everybody's sight follows in the same commit.
func (h *Hub) Put(ctx context.Context, by Identity, kind, id string, values Values) (record Record, err error) {
	k := crm.ByName(kind)
	if k == nil || keepers[kind] == "" {
		return Record{}, fault.New(fault.UnknownKind, "Kind", kind)
	}
	if id != "" && !isID(id) {
		return Record{}, fault.New(fault.NotFound).About(kind, "")
	}
	for name := range values {
		// Nobody but this program writes these kinds, so a field it does not know is a misspelt one.
		if _, known := k.Field(name); !known {
			return Record{}, fault.New(fault.UnknownField).About(kind, name)
		}
	}
	seq, err := h.submit(ctx, 1, func(w *work) (err error) {
		if err := w.manages(by, keepers[kind]); err != nil {
			return err
		}
		record, err = w.putAdmin(by, k, id, values)
		return err
	})
	if err == nil && record.Seq == unstamped {
		record.Seq = seq
	}
	return record, err
}

// manages refuses who has not a right of administration.
func (w *work) manages(by Identity, action access.Action) error {
	if by.system || w.org.Can(by.User, action, access.Subject{}) {
		return nil
	}
	return fault.New(fault.NoRight, "Action", string(action))
}

// putAdmin keeps a record of the administration after all checks.
func (w *work) putAdmin(by Identity, kind *schema.Kind, id string, values Values) (Record, error) {
	before, found, err := w.adminRecord(kind, id, values)
	if err != nil {
		return Record{}, err
	}
	r := before.With(values)
	if wrong := kind.Check(r); len(wrong) > 0 {
		return Record{}, wrong[0]
	}
	if kind == crm.Rule && bites(before, r) {
		on, err := w.tomorrow()
		if err != nil {
			return Record{}, err
		}
		values = maps.Clone(values)
		wished, _ := values["effective_on"].(string)
		values["effective_on"] = max(on, wished)
		r = r.With(values)
	}
	if err := w.checkAdmin(by, kind, before, r); err != nil {
		return Record{}, err
	}
	op, changed := change.Set, !found
	if !found {
		op = change.Create
		w.tx.AddHistory(store.Change{Kind: kind.Name, ID: r.ID, Op: string(op), By: by.User, Device: by.Device})
	} else {
		for name, v := range values {
			if !schema.Equal(before.Values[name], v) {
				changed = true
				w.tx.AddHistory(store.Change{
					Kind: kind.Name, ID: r.ID, Op: string(op), Field: name, Old: before.Values[name], New: v, By: by.User, Device: by.Device,
				})
			}
		}
	}
	if !changed {
		return before, nil
	}
	if err := w.tx.Put(r); err != nil {
		return Record{}, err
	}
	r.Seq = unstamped
	if reason := reasons[kind.Name]; reason != "" {
		return r, w.reorganise(reason)
	}
	return r, nil
}

// bites tells whether a rule takes other customers than before, or earlier: it is new, switched on, or changed in more
// than its name.
func bites(before, r schema.Record) bool {
	if r.Flag("disabled") {
		return false
	}
	return len(before.Values) == 0 || slices.ContainsFunc(crm.Rule.Fields, func(f schema.Field) bool {
		if f.Name == "effective_on" {
			return r.Text(f.Name) < before.Text(f.Name)
		}
		return f.Name != "name" && !schema.Equal(before.Values[f.Name], r.Values[f.Name])
	})
}

// tomorrow is the next day in the company's zone: when a rule that bites takes effect, so that nobody loses a customer
// in the night by a rule that he could not have seen (REC-17).
func (w *work) tomorrow() (string, error) {
	zone, err := w.zone()
	if err != nil {
		return "", err
	}
	return clock.Date(w.tx.Now.In(zone).AddDate(0, 0, 1), zone), nil
}

// reasons say in a Drop why a scope went.
var reasons = map[string]string{
	"user": "organisation_changed", "department": "organisation_changed", "role": "role_changed", "pool": "pool_changed",
}

// adminRecord finds the record to change, or makes an empty one. The id of a dictionary's entry follows from its key,
// and shipped records have readable ids; anything else gets a new id.
func (w *work) adminRecord(kind *schema.Kind, id string, values Values) (schema.Record, bool, error) {
	if id == "" && kind.Name == "dictionary" {
		list, _ := values["list"].(string)
		key, _ := values["key"].(string)
		if id = crm.DictionaryID(list, key); !isID(id) {
			return schema.Record{}, false, fault.New(fault.BadReference).About(kind.Name, "key")
		}
	} else if id == "" {
		id, err := newID()
		return schema.Record{Kind: kind.Name, ID: id, Root: id, Values: schema.Values{}}, false, err
	}
	r, found, err := w.tx.Record(kind.Name, id)
	if err != nil {
		return r, false, err
	}
	if found && !r.Deleted {
		return r, true, nil
	}
	if kind.Name != "dictionary" && (kind.Name != "settings" || id != crm.SettingsID) {
		return r, false, fault.New(fault.NotFound).About(kind.Name, "")
	}
	taken, err := w.tx.RootKind(id)
	if err == nil && taken != "" && taken != kind.Name {
		err = fault.New(fault.Exists).About(kind.Name, "key")
	}
	return schema.Record{Kind: kind.Name, ID: id, Root: id, Values: schema.Values{}}, false, err
}

// checkAdmin checks what concerns more than the record itself.
func (w *work) checkAdmin(by Identity, kind *schema.Kind, before, r schema.Record) error {
	if err := w.checkAdminRefs(kind, before, r); err != nil {
		return err
	}
	switch kind.Name {
	case "user":
		return w.checkUser(by, before, r)
	case "department":
		if f := w.org.CheckDepartment(r.ID, r.Text("parent")); f != nil {
			return f
		}
	case "role":
		if before.Flag("super") != r.Flag("super") || before.Flag("super") && before.ID != "" {
			// The role of super administrators is neither changed nor made anew.
			return fault.New(fault.NoRight, "Action", string(access.ManageRoles)).About("role", "super")
		}
	case "pool":
		return w.checkPool(before, r)
	case "settings":
		if zoneOf(r).String() != r.Text("zone") {
			return fault.New(fault.BadChoice).About("settings", "zone")
		}
	}
	return nil
}

// checkAdminRefs refuses references, of fields that change, to records that are not there.
func (w *work) checkAdminRefs(kind *schema.Kind, before, r schema.Record) error {
	for _, f := range kind.Fields {
		if schema.Equal(before.Values[f.Name], r.Values[f.Name]) {
			continue
		}
		var target string
		ids := r.Set(f.Name)
		switch t := f.Type.(type) {
		case schema.Ref:
			target = t.Kind
			if id := r.Text(f.Name); id != "" {
				ids = []string{id}
			}
		case schema.RefSet:
			target = t.Kind
		}
		if target == "" || crm.ByName(target) == nil { // permissions and fields are no records
			continue
		}
		for _, id := range ids {
			if target == kind.Name && id == r.ID {
				continue // a circle has its own code
			}
			there, found, err := w.tx.Record(target, id)
			if err != nil {
				return err
			}
			if !found || there.Deleted {
				return fault.New(fault.BadReference).About(kind.Name, f.Name)
			}
		}
	}
	return nil
}

// checkUser keeps logins apart, lines without circles, and the last super administrator where he is.
func (w *work) checkUser(by Identity, before, r schema.Record) error {
	users, err := w.tx.All("user")
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ID != r.ID && sameLogin(u.Text("login"), r.Text("login")) {
			return fault.New(fault.Exists).About("user", "login")
		}
	}
	if r.Has("superior") {
		if f := w.org.CheckSuperior(r.ID, r.Text("superior")); f != nil {
			return f
		}
	}
	// Giving roles needs the right on roles: else whoever manages users could make himself administrator.
	if !slices.Equal(before.Set("roles"), r.Set("roles")) {
		if err := w.manages(by, access.ManageRoles); err != nil {
			return named(err, "user", "roles")
		}
	}
	supers := w.org.Supers()
	if slices.Equal(supers, []string{r.ID}) && (r.Flag("disabled") || !w.isSuper(r)) {
		return fault.New(fault.NoRight, "Action", string(access.ManageUsers)).About("user", "disabled")
	}
	return nil
}

func (w *work) isSuper(user schema.Record) bool {
	return slices.ContainsFunc(user.Set("roles"), func(id string) bool {
		role, ok := w.org.Role(id)
		return ok && role.Flag("super")
	})
}

// checkPool keeps the last enabled pool, and a pool with customers, from being disabled (POOL-26).
func (w *work) checkPool(before, r schema.Record) error {
	if before.ID == "" || before.Flag("disabled") || !r.Flag("disabled") {
		return nil
	}
	others := slices.ContainsFunc(w.org.Pools(), func(p schema.Record) bool { return p.ID != r.ID && !p.Flag("disabled") })
	if !others {
		return fault.New(fault.LastPool).About("pool", "disabled")
	}
	count, err := w.tx.InPool(r.ID)
	if err != nil {
		return err
	}
	if count > 0 {
		return fault.New(fault.PoolNotEmpty, "Count", count).About("pool", "disabled")
	}
	return nil
}

// SetPassword gives a user a password and ends his tokens. A user may change his own.
func (h *Hub) SetPassword(ctx context.Context, by Identity, user, password string) error {
	var login string
	err := h.view(ctx, func(v *store.View) error {
		r, found, err := v.Record("user", user)
		if err == nil && !found {
			err = fault.New(fault.NotFound).About("user", "")
		}
		login = r.Text("login")
		return err
	})
	if err != nil {
		return err
	}
	if err := checkPassword(password, login); err != nil {
		return err
	}
	hash, err := h.gate.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = h.submit(ctx, 1, func(w *work) error {
		if by.User != user || by.system {
			if err := w.manages(by, access.ManageUsers); err != nil {
				return err
			}
			r, _, err := w.tx.Record("user", user)
			if err != nil {
				return err
			}
			// Whoever could set the password of a super administrator would be one.
			if own, _ := w.org.User(by.User); !by.system && w.isSuper(r) && !w.isSuper(own) {
				return fault.New(fault.NoRight, "Action", string(access.ManageUsers))
			}
		}
		w.tx.SetPassword(user, hash)
		return nil
	})
	h.pokes.recheck(func(by Identity) bool { return by.User == user })
	return err
}

// RevokeDevice ends a device for good: no more data.
func (h *Hub) RevokeDevice(ctx context.Context, by Identity, device string) error {
	devices, err := h.Devices(ctx, by)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(devices, func(d Device) bool { return d.ID == device }) {
		return fault.New(fault.NotFound)
	}
	_, err = h.submit(ctx, 1, func(w *work) error {
		if err := w.manages(by, access.ManageUsers); err != nil {
			return err
		}
		w.tx.Revoke(device)
		return nil
	})
	h.pokes.recheck(func(by Identity) bool { return by.Device == device })
	return err
}
