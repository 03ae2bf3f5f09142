package main

import (
	"errors"
	"strconv"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// ruleFlags are the settings of a reclaim rule. What is not named stays as it is; "none" empties a list.
type ruleFlags struct {
	Everybody   *bool    `help:"flag_rule_everybody" negatable:""`
	Department  []string `help:"flag_rule_department" placeholder:"NAME"`
	User        []string `help:"flag_rule_user" placeholder:"LOGIN"`
	Pool        string   `help:"flag_rule_pool" placeholder:"NAME"`
	Order       *int64   `help:"flag_rule_order" placeholder:"N"`
	SpareDealt  *bool    `help:"flag_rule_spare_dealt" negatable:""`
	SpareLocked *bool    `help:"flag_rule_spare_locked" negatable:""`
}

func (f ruleFlags) values(b *book) (schema.Values, error) {
	values := schema.Values{}
	setFlag(values, "everybody", f.Everybody)
	setFlag(values, "spare_dealt", f.SpareDealt)
	setFlag(values, "spare_locked", f.SpareLocked)
	setNumber(values, "order", f.Order)
	var err error
	if f.Pool != "" {
		values["pool"], err = b.id(crm.Pool, f.Pool)
	}
	return values, errors.Join(err,
		setRefs(b, values, "departments", crm.Department, f.Department),
		setRefs(b, values, "users", crm.User, f.User))
}

// ruleAdd adds a reclaim rule. It takes effect the next day.
type ruleAdd struct {
	folder
	Name string `arg:"" help:"arg_rule"`
	Days int64  `required:"" help:"flag_rule_days" placeholder:"N"`
	ruleFlags
}

// Run adds it. Dealt and locked customers are spared unless it is said otherwise.
func (c ruleAdd) Run(s *session) error {
	return c.with(s, func(b *book) error {
		values, err := c.values(b)
		if err != nil {
			return err
		}
		values["name"], values["days"] = c.Name, c.Days
		for _, field := range []string{"spare_dealt", "spare_locked"} {
			if _, said := values[field]; !said {
				values[field] = true
			}
		}
		return b.put(crm.Rule, "", values)
	})
}

// ruleSet changes a reclaim rule. The change takes effect the next day.
type ruleSet struct {
	folder
	Rule   string `arg:"" help:"arg_rule"`
	Rename string `help:"flag_rule_rename" placeholder:"NAME"`
	Days   *int64 `help:"flag_rule_days" placeholder:"N"`
	ruleFlags
}

// Run changes it.
func (c ruleSet) Run(s *session) error {
	return c.with(s, func(b *book) error {
		rule, e1 := b.find(crm.Rule, c.Rule)
		values, e2 := c.values(b)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		setNumber(values, "days", c.Days)
		if c.Rename != "" {
			values["name"] = c.Rename
		}
		return b.put(crm.Rule, rule.ID, values)
	})
}

// ruleOff and ruleOn switch a rule.
type ruleOff struct {
	folder
	Rule string `arg:"" help:"arg_rule"`
}

// Run switches it off.
func (c ruleOff) Run(s *session) error { return switchRule(s, c.folder, c.Rule, true) }

type ruleOn struct {
	folder
	Rule string `arg:"" help:"arg_rule"`
}

// Run switches it on.
func (c ruleOn) Run(s *session) error { return switchRule(s, c.folder, c.Rule, false) }

func switchRule(s *session, f folder, name string, disabled bool) error {
	return f.with(s, func(b *book) error {
		rule, err := b.find(crm.Rule, name)
		if err != nil {
			return err
		}
		return b.put(crm.Rule, rule.ID, schema.Values{"disabled": disabled})
	})
}

// ruleList shows the reclaim rules.
type ruleList struct {
	folder
}

// Run lists.
func (c ruleList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		rules, e1 := b.list(crm.Rule)
		departments, e2 := b.names(crm.Department)
		users, e3 := b.names(crm.User)
		pools, e4 := b.names(crm.Pool)
		if err := errors.Join(e1, e2, e3, e4); err != nil {
			return err
		}
		return b.result(views(rules), func() {
			rows := [][]string{b.heads("name", "days", "owners", "pool", "effective_on", "state", "id")}
			for _, r := range rules {
				owners := listed(joined(departments, r.Set("departments")), joined(users, r.Set("users")))
				if r.Flag("everybody") {
					owners = b.T("server.rule.everybody")
				}
				rows = append(rows, []string{
					r.Text("name"), strconv.FormatInt(r.Int("days"), 10), owners, pools[r.Text("pool")],
					r.Text("effective_on"), b.state(r.Flag("disabled")), r.ID,
				})
			}
			b.table(rows)
		})
	})
}
