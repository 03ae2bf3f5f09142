package sim

import (
	"context"
	"testing"
	"time"

	"yuzhou/shared/schema"
)

// run keeps a laptop in sync, as the window does, until the test ends.
func (l *laptop) run() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); l.y.Run(ctx) }()
	l.t.Cleanup(func() { stop(); <-ended })
}

// sees waits until the laptop's screens could show something.
func (l *laptop) sees(what string, there func() bool) {
	l.t.Helper()
	changed := make(chan struct{}, 1)
	defer l.Listen(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	limit := time.After(30 * time.Second) // the next poll by itself would come after a minute, and nobody asks for one
	for !there() {
		select {
		case <-changed:
		case <-limit:
			l.t.Fatalf("%s does not see %s", l.login, what)
		}
	}
}

// Two people who are online: what one types the other sees, without anybody asking for a sync; a customer that is handed
// over comes and goes in the same way (SYNC-02).
func TestAnEditShowsElsewhereAtOnce(t *testing.T) {
	o := openOffice(t)
	zhang, li, wang := o.laptop("zhang"), o.laptop("li"), o.laptop("wang")
	for _, l := range []*laptop{zhang, li, wang} {
		l.run()
	}
	customer := zhang.customer("东海渔具", nil)
	li.sees("the new customer", func() bool { _, ok, err := li.Get("customer", customer); o.must(err); return ok })
	for _, region := range []string{"一区", "二区", "三区"} {
		zhang.set("customer", customer, schema.Values{"region": region})
		li.sees(region, func() bool {
			r, _, err := li.r.Get("customer", customer)
			o.must(err)
			return r.Text("region") == region
		})
	}
	li.ask("transfer", customer, map[string]string{"to": wang.me})
	wang.sees("the customer he was given", func() bool { _, ok, err := wang.Get("customer", customer); o.must(err); return ok })
	zhang.sees("that it has gone", func() bool { _, ok, err := zhang.Get("customer", customer); o.must(err); return !ok })
}
