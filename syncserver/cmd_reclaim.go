package main

import (
	"strconv"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/syncserver/hub"
)

// reclaimCommand is the reclaim by hand.
type reclaimCommand struct {
	Preview reclaimPreview `cmd:"" help:"reclaim_preview"`
	Run     reclaimRun     `cmd:"" help:"reclaim_run"`
	Reports reclaimReports `cmd:"" help:"reclaim_reports"`
}

// reclaimPreview tells what a run would do now.
type reclaimPreview struct {
	folder
}

// Run previews. Nothing changes.
func (c reclaimPreview) Run(s *session) error {
	return c.with(s, func(b *book) error {
		report, err := b.hub.PreviewReclaim(b, hub.System)
		if err != nil {
			return err
		}
		return b.report(report)
	})
}

// reclaimRun makes a run.
type reclaimRun struct {
	folder
	Now bool `help:"flag_reclaim_now"`
}

// Run makes the run that is due, as the server would at its minute; with --now, one for this minute. A run is made
// once: the same minute twice reports what was done.
func (c reclaimRun) Run(s *session) error {
	return c.with(s, func(b *book) error {
		due, ok, err := b.hub.DueRun(b)
		if err != nil {
			return err
		}
		if c.Now {
			due, ok = s.clock.Now().UTC().Truncate(time.Minute), true
		}
		if !ok {
			return b.result(map[string]bool{"due": false}, func() { b.say("server.reclaim.not_due") })
		}
		report, err := b.hub.Reclaim(b, due)
		if err != nil {
			return err
		}
		return b.report(report)
	})
}

// report shows one run: a line for each customer, then the sums.
func (b *book) report(report hub.RunReport) error {
	users, err := b.names(crm.User)
	if err != nil {
		return err
	}
	pools, err := b.names(crm.Pool)
	if err != nil {
		return err
	}
	return b.result(report, func() {
		if len(report.Items) > 0 {
			rows := [][]string{b.heads("customer", "owner", "verdict", "days", "pool", "why")}
			for _, item := range report.Items {
				rows = append(rows, []string{
					item.Name, users[item.Owner], b.T("server.verdict." + item.Verdict), strconv.Itoa(item.Elapsed),
					pools[item.Pool], item.Why,
				})
			}
			b.table(rows)
		}
		b.say("server.reclaim.sums", "Checked", report.Checked, "Reclaimed", report.Reclaimed,
			"HeldBack", report.HeldBack, "Skipped", report.Skipped, "Failed", report.Failed)
	})
}

// reclaimReports shows the latest runs.
type reclaimReports struct {
	folder
	Limit int `help:"flag_reclaim_limit" default:"30" placeholder:"N"`
}

// Run lists.
func (c reclaimReports) Run(s *session) error {
	return c.with(s, func(b *book) error {
		reports, err := b.hub.Reports(b, hub.System, c.Limit)
		if err != nil {
			return err
		}
		zone, err := b.zone()
		if err != nil {
			return err
		}
		return b.result(reports, func() {
			rows := [][]string{b.heads("due", "finished", "checked", "reclaimed", "held_back", "skipped", "failed")}
			for _, r := range reports {
				row := []string{clock.FromMillis(r.Due).In(zone).Format("2006-01-02 15:04"), moment(r.Finished, zone)}
				for _, n := range []int64{r.Checked, r.Reclaimed, r.HeldBack, r.Skipped, r.Failed} {
					row = append(row, strconv.FormatInt(n, 10))
				}
				rows = append(rows, row)
			}
			b.table(rows)
		})
	})
}
