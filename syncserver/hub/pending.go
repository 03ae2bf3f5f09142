package hub

import (
	"context"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

var errPending = fault.New(fault.Internal)

// Run is the committer; it returns nil when ctx ends and everything taken is committed and answered.
func (h *Hub) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Close writes down what is still in memory. The store stays open.
func (h *Hub) Close() error { return nil }

// Login gives a device token for a name and a password; remote is the address it came from.
func (h *Hub) Login(ctx context.Context, in wire.Login, remote string) (wire.Session, error) {
	return wire.Session{}, errPending
}

// Logout ends the token of the identity's device.
func (h *Hub) Logout(ctx context.Context, by Identity) error { return errPending }

// Authenticate finds who a token belongs to; it is asked at every request.
func (h *Hub) Authenticate(ctx context.Context, token string) (Identity, error) {
	return Identity{}, errPending
}

// Me is the user's own record.
func (h *Hub) Me(ctx context.Context, by Identity) (Record, error) { return Record{}, errPending }

// May answers NO_RIGHT unless the right is held in some scope; the very record is checked again where it is touched.
func (h *Hub) May(ctx context.Context, by Identity, kind, action string) error { return errPending }

// Pull writes one page of what the laptop does not have.
func (h *Hub) Pull(ctx context.Context, by Identity, in wire.Pull, w *wire.Writer) error {
	return errPending
}

// Push runs mutations in order and gives a result for each.
func (h *Hub) Push(ctx context.Context, by Identity, in wire.Push, mutations []Mutation) ([]Result, error) {
	return nil, errPending
}

// Command runs one mutation that was asked online.
func (h *Hub) Command(ctx context.Context, by Identity, m Mutation) (Result, error) {
	return Result{}, errPending
}

// Customer shows one customer and its holding through the same sight as a pull.
func (h *Hub) Customer(ctx context.Context, by Identity, id string) (customer, holding Record, err error) {
	return Record{}, Record{}, errPending
}

// List shows the records of a kind that is for everybody.
func (h *Hub) List(ctx context.Context, by Identity, kind string) ([]Record, error) {
	return nil, errPending
}

// Put creates (id "") or changes a record of the administration: user, department, role, pool, rule, dictionary,
// settings. nil empties a field.
func (h *Hub) Put(ctx context.Context, by Identity, kind, id string, values Values) (Record, error) {
	return Record{}, errPending
}

// SetPassword gives a user a password and ends his tokens.
func (h *Hub) SetPassword(ctx context.Context, by Identity, user, password string) error {
	return errPending
}

// Devices lists every device.
func (h *Hub) Devices(ctx context.Context, by Identity) ([]Device, error) { return nil, errPending }

// RevokeDevice ends a device for good: no more data.
func (h *Hub) RevokeDevice(ctx context.Context, by Identity, device string) error { return errPending }

// PreviewReclaim tells what a run would do now; nothing changes.
func (h *Hub) PreviewReclaim(ctx context.Context, by Identity) (RunReport, error) {
	return RunReport{}, errPending
}

// DueRun tells whether a run is due and has not been made.
func (h *Hub) DueRun(ctx context.Context) (time.Time, bool, error) {
	return time.Time{}, false, errPending
}

// Reclaim makes the run of a due moment, or finishes it; one that is finished is only reported.
func (h *Hub) Reclaim(ctx context.Context, due time.Time) (RunReport, error) {
	return RunReport{}, errPending
}

// Reports lists the newest runs, without their items.
func (h *Hub) Reports(ctx context.Context, by Identity, limit int) ([]RunReport, error) {
	return nil, errPending
}

// Prune forgets results of mutations older than before (Unix ms) and tells how many.
func (h *Hub) Prune(ctx context.Context, before int64) (int64, error) { return 0, errPending }

// Import creates customers from parsed rows and gives a verdict for each.
func (h *Hub) Import(ctx context.Context, by Identity, rows []ImportRow) ([]ImportVerdict, error) {
	return nil, errPending
}

// Load puts trees into the store in bulk, without rights and checks: for the demonstration.
func (h *Hub) Load(ctx context.Context, trees []Tree) error { return errPending }

// Seed fills a new store; it is refused (EXISTS) when there is a user already. It gives the administrator's record.
func (h *Hub) Seed(ctx context.Context, in Setup) (Record, error) { return Record{}, errPending }

// Epoch is the random id of the store's history.
func (h *Hub) Epoch() string { return h.store.Epoch() }

// Head is the number of the newest commit.
func (h *Hub) Head(ctx context.Context) (int64, error) { return 0, errPending }

// Ping tells whether the store can be written.
func (h *Hub) Ping(ctx context.Context) error { return errPending }
