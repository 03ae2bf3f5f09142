package book

import (
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
)

// The most lines a block of the board carries; the counts are of all.
const (
	boardLines   = 50
	boardNotices = 20
)

// Board reads the screen 今天.
func (b *Book) Board() (Board, error) {
	var board Board
	c, err := b.company()
	if err != nil {
		return board, err
	}
	if board.Things, err = b.things(c); err != nil {
		return board, err
	}
	steps := []func(*company, *Board) error{b.boardCustomers, b.boardTasks, b.boardMessages, b.boardMonth}
	for _, step := range steps {
		if err := step(c, &board); err != nil {
			return board, err
		}
	}
	return board, nil
}

func (b *Book) boardCustomers(_ *company, board *Board) error {
	today, err := b.IDs(Query{Kind: "customer", View: ViewToday})
	if err != nil {
		return err
	}
	soon, err := b.IDs(Query{Kind: "customer", View: ViewSoon})
	if err != nil {
		return err
	}
	board.DueSoonTotal = len(soon)
	if board.FollowToday, err = b.Rows("customer", today[:min(len(today), boardLines)]); err != nil {
		return err
	}
	board.DueSoon, err = b.Rows("customer", soon[:min(len(soon), boardLines)])
	return err
}

// tasksOfToday are my open tasks that stand in the list of today, or are due by its end.
func (b *Book) tasksOfToday(c *company) replica.Filter {
	return replica.Filter{
		Kind:  "task",
		Where: []replica.Cond{where("executor", replica.Is, b.me), where("status", replica.In, openStates)},
		Any:   []replica.Cond{where("list", replica.Is, "today"), where("due_at", replica.Before, b.tomorrow(c))},
		Order: []replica.Order{{Column: "due_at"}, {Column: "priority", Keys: priorities}},
	}
}

func (b *Book) boardTasks(c *company, board *Board) error {
	f := b.tasksOfToday(c)
	f.Limit = boardLines
	ids, err := b.r.IDs(f)
	if err != nil {
		return err
	}
	if board.Tasks, err = b.Rows("task", ids); err != nil {
		return err
	}
	open := replica.Filter{Kind: "task", Where: []replica.Cond{where("executor", replica.Is, b.me), where("status", replica.In, openStates)}}
	if board.TaskCounts, err = b.r.Groups(open, "list"); err != nil {
		return err
	}
	open.Where = append(open.Where, where("due_at", replica.Before, clock.Millis(b.clk())))
	overdue, err := b.r.Count(open)
	board.Overdue = int(overdue)
	return err
}

func (b *Book) boardMessages(_ *company, board *Board) error {
	entries, err := b.Outbox()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Mutation.Command != "" {
			board.Asked = append(board.Asked, e)
		}
	}
	ids, err := b.IDs(Query{Kind: "notice"})
	if err != nil {
		return err
	}
	found, err := b.r.Records("notice", ids[:min(len(ids), boardNotices)])
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), boardNotices)] {
		if rec, ok := found[id]; ok {
			board.Notices = append(board.Notices, rec)
		}
	}
	unread, err := b.r.Count(unreadNotices)
	if err != nil {
		return err
	}
	board.UnreadNotices = int(unread)
	board.Tray, err = b.Tray()
	return err
}

var unreadNotices = replica.Filter{Kind: "notice", Where: []replica.Cond{{Column: "read_at", Op: replica.Empty}}}

func (b *Book) boardMonth(c *company, board *Board) error {
	now := b.clk().In(c.Zone)
	y, m, d := now.Date()
	start := time.Date(y, m, 1, 0, 0, 0, 0, c.Zone)
	before := time.Date(y, m-1, 1, 0, 0, 0, 0, c.Zone)
	// The same day of last month, or its last day when it is shorter.
	until := time.Date(y, m-1, d, now.Hour(), now.Minute(), 0, 0, c.Zone)
	if !until.Before(start) {
		until = start
	}
	count := func(kind, who, when string, from, to time.Time, more ...replica.Cond) (int, error) {
		n, err := b.r.Count(replica.Filter{Kind: kind, Where: append(more,
			where(who, replica.Is, b.me), where(when, replica.From, clock.Millis(from)), where(when, replica.Before, clock.Millis(to)))})
		return int(n), err
	}
	end := now.Add(time.Minute)
	for _, figure := range []struct {
		into            *int
		kind, who, when string
		from, to        time.Time
		more            []replica.Cond
	}{
		{&board.Month.NewCustomers, "holding", "owner", "claimed_at", start, end, nil},
		{&board.Month.PrevNewCustomers, "holding", "owner", "claimed_at", before, until, nil},
		{&board.Month.FollowUps, "followup", "author", "occurred_at", start, end, nil},
		{&board.Month.PrevFollowUps, "followup", "author", "occurred_at", before, until, nil},
		{&board.Month.TasksDone, "task", "executor", "done_at", start, end, []replica.Cond{where("status", replica.Is, "done")}},
	} {
		n, err := count(figure.kind, figure.who, figure.when, figure.from, figure.to, figure.more...)
		if err != nil {
			return err
		}
		*figure.into = n
	}
	return nil
}

// things counts what today asks for: customers to speak with, customers that go to the pool today, tasks, and what
// waits in the tray. A customer that is both is one thing.
func (b *Book) things(c *company) (int, error) {
	tomorrow := b.tomorrow(c)
	mine := where("owner", replica.Is, b.me)
	going := where("due_on", replica.UpTo, b.Today())
	total, err := b.r.Count(b.tasksOfToday(c))
	if err != nil {
		return 0, err
	}
	for _, f := range []replica.Filter{
		{Kind: "customer", Where: []replica.Cond{mine, where("next_contact_at", replica.Before, tomorrow)}},
		{Kind: "customer", Where: []replica.Cond{mine, going}, Any: []replica.Cond{
			where("next_contact_at", replica.From, tomorrow), where("next_contact_at", replica.Empty, nil),
		}},
		replica.OpenConflicts,
	} {
		n, err := b.r.Count(f)
		if err != nil {
			return 0, err
		}
		total += n
	}
	tray, err := b.r.TrayCount()
	return int(total + tray), err
}

// Counts reads the figures of the rail and the status bar.
func (b *Book) Counts() (Counts, error) {
	var n Counts
	c, err := b.company()
	if err != nil {
		return n, err
	}
	if n.Today, err = b.things(c); err != nil {
		return n, err
	}
	owners, err := b.r.Groups(replica.Filter{Kind: "customer", Where: []replica.Cond{where("owner", replica.Filled, nil)}}, "owner")
	if err != nil {
		return n, err
	}
	for owner, count := range owners {
		n.AllCustomers += count
		if owner == b.me {
			n.Customers = count
		}
	}
	if n.Pools, err = b.r.Groups(replica.Filter{Kind: "customer", Where: []replica.Cond{where("pool", replica.Filled, nil)}}, "pool"); err != nil {
		return n, err
	}
	for _, count := range n.Pools {
		n.Pool += count
	}
	open := replica.Filter{Kind: "task", Where: []replica.Cond{where("executor", replica.Is, b.me), where("status", replica.In, openStates)}}
	return n, b.countSmall(&n, open)
}

// countSmall counts what is never many.
func (b *Book) countSmall(n *Counts, open replica.Filter) error {
	conflicts, err := b.r.Count(replica.OpenConflicts)
	if err != nil {
		return err
	}
	tray, err := b.r.TrayCount()
	if err != nil {
		return err
	}
	n.Tray = int(conflicts + tray)
	for _, figure := range []struct {
		into *int
		read func() (int64, error)
	}{
		{&n.Tasks, func() (int64, error) { return b.r.Count(open) }},
		{&n.Messages, func() (int64, error) { return b.r.Count(unreadNotices) }},
		{&n.Outbox, b.r.Unsent},
	} {
		count, err := figure.read()
		if err != nil {
			return err
		}
		*figure.into = int(count)
	}
	return nil
}

// PoolFigures tells how much of a pool I may still take. What I have asked for and the server has not answered counts as
// taken: several claims made offline are judged together. The server has the last word: it also counts what I claimed and
// gave back.
func (b *Book) PoolFigures(pool string) (PoolFigures, error) {
	var f PoolFigures
	c, err := b.company()
	if err != nil {
		return f, err
	}
	place, _ := c.Org.Pool(pool)
	f.Limit = place.Int("daily_limit")
	y, m, d := b.clk().In(c.Zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, c.Zone)
	f.Used, err = b.r.Count(replica.Filter{Kind: "holding_change", Where: []replica.Cond{
		where("how", replica.Is, "claimed"), where("to_owner", replica.Is, b.me), where("from_pool", replica.Is, pool),
		where("at", replica.From, clock.Millis(today)),
	}})
	if err != nil {
		return f, err
	}
	waiting, err := b.r.WaitingClaims(pool)
	if err != nil {
		return f, err
	}
	f.Used += waiting
	f.Left = max(0, f.Limit-f.Used)
	f.Cap = smaller(place.Int("holding_cap"), c.Settings.Int("holding_cap"))
	f.Held, err = b.r.Count(replica.Filter{Kind: "customer", Where: []replica.Cond{where("owner", replica.Is, b.me)}})
	return f, err
}

// smaller is the smaller of two caps of which 0 means none.
func smaller(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// Timeline reads what happened with a customer, newest first.
func (b *Book) Timeline(customer string) ([]Event, error) {
	c, err := b.company()
	if err != nil {
		return nil, err
	}
	var all []Event
	for _, kind := range []string{"followup", "task", "holding_change"} {
		rows, err := b.Children(kind, customer)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			all = append(all, eventOf(row, c.Zone))
		}
	}
	changes, err := b.changeEvents(customer)
	if err != nil {
		return nil, err
	}
	all = append(all, changes...)
	sortEvents(all)
	return all, nil
}

func eventOf(row Row, zone *time.Location) Event {
	e := Event{Kind: row.Kind, Row: row, Pending: row.Seq == 0 || row.Pending}
	switch row.Kind {
	case "followup":
		e.At, e.Backfilled = row.Moment("occurred_at"), backfilled(row.Record, zone)
	case "holding_change":
		e.At = row.Moment("at")
	case "task":
		if e.At = row.Moment("done_at"); e.At.IsZero() {
			e.At = madeAt(row.ID)
		}
	}
	return e
}

// changeEvents are the unsent edits of the customer itself.
func (b *Book) changeEvents(customer string) ([]Event, error) {
	unsent, _, err := b.r.Pending([]string{customer})
	if err != nil || !unsent[customer] {
		return nil, err
	}
	entries, err := b.r.Outbox()
	if err != nil {
		return nil, err
	}
	row, ok, err := b.Get("customer", customer)
	if err != nil || !ok {
		return nil, err
	}
	var all []Event
	for _, e := range entries {
		if m := e.Mutation; m.Kind == "customer" && m.Record == customer && m.Op == "set" {
			all = append(all, Event{Kind: "change", Row: row, At: clock.FromMillis(m.At), Pending: true, Mutation: &m})
		}
	}
	return all, nil
}
