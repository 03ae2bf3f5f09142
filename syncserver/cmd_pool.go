package main

import (
	"errors"
	"strconv"
	"strings"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// poolFlags are the settings of a pool. What is not named stays as it is; "none" empties a list.
type poolFlags struct {
	Mode         string   `help:"flag_pool_mode" enum:"claimable,assign_only,admins_only," default:"" placeholder:"MODE"`
	Department   []string `help:"flag_pool_department" placeholder:"NAME"`
	User         []string `help:"flag_pool_user" placeholder:"LOGIN"`
	Role         []string `help:"flag_pool_role" placeholder:"ROLE"`
	Admin        []string `help:"flag_pool_admin" placeholder:"LOGIN"`
	DailyLimit   *int64   `help:"flag_pool_daily_limit" placeholder:"N"`
	HoldingCap   *int64   `help:"flag_pool_holding_cap" placeholder:"N"`
	CooldownDays *int64   `help:"flag_pool_cooldown_days" placeholder:"N"`
	ProtectHours *int64   `help:"flag_pool_protect_hours" placeholder:"N"`
	Mask         []string `help:"flag_pool_mask" placeholder:"FIELD"`
	Hide         []string `help:"flag_pool_hide" placeholder:"FIELD"`
	Preferred    *bool    `help:"flag_pool_preferred" negatable:""`
}

// values are the fields that the flags name.
func (f poolFlags) values(b *book) (schema.Values, error) {
	values := schema.Values{}
	if f.Mode != "" {
		values["mode"] = f.Mode
	}
	setFlag(values, "preferred", f.Preferred)
	setNumber(values, "daily_limit", f.DailyLimit)
	setNumber(values, "holding_cap", f.HoldingCap)
	setNumber(values, "cooldown_days", f.CooldownDays)
	setNumber(values, "protect_hours", f.ProtectHours)
	return values, errors.Join(
		setRefs(b, values, "departments", crm.Department, f.Department),
		setRefs(b, values, "users", crm.User, f.User),
		setRefs(b, values, "roles", crm.Role, f.Role),
		setRefs(b, values, "admins", crm.User, f.Admin),
		setFields(values, "masked_fields", f.Mask),
		setFields(values, "hidden_fields", f.Hide),
	)
}

// setNumber, setFlag, setRefs and setFields set a field when its flag was given.
func setNumber(values schema.Values, field string, n *int64) {
	if n != nil {
		values[field] = *n
	}
}

func setFlag(values schema.Values, field string, yes *bool) {
	if yes != nil {
		values[field] = *yes
	}
}

func setRefs(b *book, values schema.Values, field string, kind *schema.Kind, names []string) error {
	if len(names) == 0 {
		return nil
	}
	ids, err := b.ids(kind, names)
	values[field] = ids
	return err
}

// setFields takes names of customer fields. A name cannot be hidden: a list of customers without names is no list.
func setFields(values schema.Values, field string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	if len(names) == 1 && names[0] == nobody {
		values[field] = nil
		return nil
	}
	for _, name := range names {
		if _, ok := crm.Customer.Field(name); !ok || name == crm.Customer.Title {
			return fault.New(fault.UnknownField).About(crm.Customer.Name, name)
		}
	}
	values[field] = schema.NewSet(names...)
	return nil
}

// poolAdd adds a pool.
type poolAdd struct {
	folder
	Name string `arg:"" help:"arg_pool"`
	poolFlags
}

// Run adds it. Nobody is a member who is not named: an empty list means nobody.
func (c poolAdd) Run(s *session) error {
	return c.with(s, func(b *book) error {
		values, err := c.values(b)
		if err != nil {
			return err
		}
		values["name"] = c.Name
		if c.Mode == "" {
			values["mode"] = "claimable"
		}
		return b.put(crm.Pool, "", values)
	})
}

// poolSet changes a pool.
type poolSet struct {
	folder
	Pool   string `arg:"" help:"arg_pool"`
	Rename string `help:"flag_pool_rename" placeholder:"NAME"`
	Off    bool   `help:"flag_pool_off" xor:"state"`
	On     bool   `help:"flag_pool_on" xor:"state"`
	poolFlags
}

// Run changes it.
func (c poolSet) Run(s *session) error {
	return c.with(s, func(b *book) error {
		pool, e1 := b.find(crm.Pool, c.Pool)
		values, e2 := c.values(b)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		if c.Rename != "" {
			values["name"] = c.Rename
		}
		if c.Off || c.On {
			values["disabled"] = c.Off
		}
		return b.put(crm.Pool, pool.ID, values)
	})
}

// poolList shows the pools.
type poolList struct {
	folder
}

// Run lists.
func (c poolList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		pools, e1 := b.list(crm.Pool)
		departments, e2 := b.names(crm.Department)
		users, e3 := b.names(crm.User)
		roles, e4 := b.names(crm.Role)
		if err := errors.Join(e1, e2, e3, e4); err != nil {
			return err
		}
		return b.result(views(pools), func() {
			rows := [][]string{b.heads("name", "mode", "members", "admins", "daily_limit", "holding_cap", "cooldown_days", "masked", "hidden", "state", "id")}
			for _, p := range pools {
				members := []string{joined(departments, p.Set("departments")), joined(roles, p.Set("roles")), joined(users, p.Set("users"))}
				rows = append(rows, []string{
					p.Text("name"), b.T("server.mode." + p.Text("mode")), listed(members...), joined(users, p.Set("admins")),
					number(p, "daily_limit"), number(p, "holding_cap"), number(p, "cooldown_days"),
					strings.Join(p.Set("masked_fields"), " "), strings.Join(p.Set("hidden_fields"), " "),
					b.state(p.Flag("disabled")), p.ID,
				})
			}
			b.table(rows)
		})
	})
}

// listed joins what is not empty.
func listed(texts ...string) string {
	var there []string
	for _, text := range texts {
		if text != "" {
			there = append(there, text)
		}
	}
	return strings.Join(there, ", ")
}

// number writes a limit; a dash where there is none.
func number(r schema.Record, field string) string {
	if n := r.Int(field); n != 0 {
		return strconv.FormatInt(n, 10)
	}
	return "-"
}
