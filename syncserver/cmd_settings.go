package main

import (
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
)

// settingsShow shows the company's settings.
type settingsShow struct {
	folder
}

// Run shows them.
func (c settingsShow) Run(s *session) error {
	return c.with(s, func(b *book) error {
		settings, err := b.settings()
		if err != nil {
			return err
		}
		return b.result(view(settings), func() {
			rows := [][]string{b.heads("setting", "value")}
			for _, f := range crm.Settings.Fields {
				if v := settings.Values[f.Name]; v != nil {
					rows = append(rows, []string{f.Name, f.Type.Format(v)})
				}
			}
			b.table(rows)
		})
	})
}

// settings is the one record of settings.
func (b *book) settings() (schema.Record, error) {
	list, err := b.hub.List(b, hub.System, crm.Settings.Name)
	if err == nil && len(list) != 1 {
		err = fault.New(fault.NotFound)
	}
	if err != nil {
		return schema.Record{}, err
	}
	return list[0], nil
}

// zone is the company's zone, in which people are told times.
func (b *book) zone() (*time.Location, error) {
	settings, err := b.settings()
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(settings.Text("zone"))
}

// moment writes a moment (Unix ms) in the company's zone, a dash for none.
func moment(ms int64, zone *time.Location) string {
	if ms == 0 {
		return "-"
	}
	return clock.FromMillis(ms).In(zone).Format("2006-01-02 15:04")
}

// settingsSet changes settings. What is not named stays as it is.
type settingsSet struct {
	folder
	Company      string `help:"flag_company" placeholder:"NAME"`
	Zone         string `help:"flag_zone" placeholder:"ZONE"`
	ReclaimAt    string `help:"flag_settings_reclaim_at" placeholder:"HH:MM"`
	BackdateDays *int64 `help:"flag_settings_backdate_days" placeholder:"N"`
	HoldingCap   *int64 `help:"flag_settings_holding_cap" placeholder:"N"`
	GraceDays    *int64 `help:"flag_settings_grace_days" placeholder:"N"`
	EvidenceDays *int64 `help:"flag_settings_evidence_days" placeholder:"N"`
	WarnDays     *int64 `help:"flag_settings_warn_days" placeholder:"N"`
	NumberPrefix string `help:"flag_settings_number_prefix" placeholder:"KH"`
	LeaseDays    *int64 `help:"flag_settings_lease_days" placeholder:"N"`
}

// Run changes them. A running server follows at its next minute.
func (c settingsSet) Run(s *session) error {
	values := schema.Values{}
	for field, text := range map[string]string{
		"company": c.Company, "zone": c.Zone, "reclaim_at": c.ReclaimAt, "number_prefix": c.NumberPrefix,
	} {
		if text != "" {
			values[field] = text
		}
	}
	setNumber(values, "backdate_days", c.BackdateDays)
	setNumber(values, "holding_cap", c.HoldingCap)
	setNumber(values, "grace_days", c.GraceDays)
	setNumber(values, "evidence_days", c.EvidenceDays)
	setNumber(values, "warn_days", c.WarnDays)
	setNumber(values, "lease_days", c.LeaseDays)
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return fault.New(fault.BadChoice).About(crm.Settings.Name, "zone")
	}
	if err := crm.CheckReclaimAt(c.ReclaimAt); err != nil {
		return err
	}
	return c.with(s, func(b *book) error { return b.put(crm.Settings, crm.SettingsID, values) })
}

// deviceList shows the devices.
type deviceList struct {
	folder
}

// Run lists.
func (c deviceList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		devices, err := b.hub.Devices(b, hub.System)
		if err != nil {
			return err
		}
		users, err := b.names(crm.User)
		if err != nil {
			return err
		}
		zone, err := b.zone()
		if err != nil {
			return err
		}
		return b.result(devices, func() {
			rows := [][]string{b.heads("user", "device", "last_seen", "last_sync", "skew", "state", "id")}
			for _, d := range devices {
				rows = append(rows, []string{
					users[d.User], d.Name, moment(d.LastSeen, zone), moment(d.LastSync, zone),
					(time.Duration(d.Skew) * time.Millisecond).Round(time.Second).String(), b.deviceState(d), d.ID,
				})
			}
			b.table(rows)
		})
	})
}

func (o *output) deviceState(d hub.Device) string {
	switch {
	case d.Revoked:
		return o.T("server.device.revoked")
	case d.Active:
		return o.T("server.device.active")
	}
	return o.T("server.device.logged_out")
}

// deviceRevoke ends a device for good.
type deviceRevoke struct {
	folder
	ID string `arg:"" help:"arg_device"`
}

// Run revokes it.
func (c deviceRevoke) Run(s *session) error {
	return c.with(s, func(b *book) error {
		if err := b.hub.RevokeDevice(b, hub.System, c.ID); err != nil {
			return err
		}
		return b.result(map[string]string{"id": c.ID}, func() { b.say("server.device.done", "ID", c.ID) })
	})
}
