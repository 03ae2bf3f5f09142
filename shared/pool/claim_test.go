package pool_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// claim is one that succeeds: zhang asks for a customer that has lain in the open pool for two days.
func claim(t testing.TB) pool.Claim {
	t.Helper()
	now := at(t, "2026-11-21 10:30:00")
	return pool.Claim{
		Org: company(t), User: "zhang", Asked: "open", Now: now, Zone: zone(t, "Asia/Shanghai"),
		Holding:  record("holding", "c", schema.Values{"pool": "open", "pooled_at": ms(now.Add(-48 * time.Hour)), "how": "reclaimed"}),
		Settings: record("settings", "settings", schema.Values{"holding_cap": int64(500)}),
	}
}

// spoilers make a claim fail for one reason each, in the order in which the reasons are looked at.
func spoilers(t testing.TB) []struct {
	code   fault.Code
	spoil  func(*pool.Claim)
	params map[string]string
} {
	now := at(t, "2026-11-21 10:30:00")
	hold := func(values schema.Values) func(*pool.Claim) {
		return func(c *pool.Claim) { c.Holding = c.Holding.With(values) }
	}
	millis := func(m time.Time) string { return fmt.Sprint(ms(m)) }
	return []struct {
		code   fault.Code
		spoil  func(*pool.Claim)
		params map[string]string
	}{
		{fault.HoldingCap, func(c *pool.Claim) { c.HeldTotal = 500 }, map[string]string{"Limit": "500", "Held": "500", "Left": "0"}},
		{fault.PoolCap, func(c *pool.Claim) { c.HeldInPool = 100 }, map[string]string{"Limit": "100", "Held": "100", "Left": "0", "Pool": "华东公海"}},
		{fault.DailyLimit, func(c *pool.Claim) { c.UsedToday = 10 }, map[string]string{
			"Limit": "10", "Used": "10", "Left": "0", "Resets": millis(at(t, "2026-11-22 00:00:00")),
		}},
		{fault.CoolDown, func(c *pool.Claim) { c.LostAt = now.Add(-71 * time.Hour) }, map[string]string{"Until": millis(now.Add(time.Hour))}},
		{fault.NewInPool, hold(schema.Values{"pooled_at": ms(now.Add(-23 * time.Hour))}), map[string]string{"Until": millis(now.Add(time.Hour))}},
		{fault.RecordHeld, hold(schema.Values{"kept_until": ms(now.Add(time.Hour))}), map[string]string{"Until": millis(now.Add(time.Hour))}},
		{fault.PoolAssignOnly, func(c *pool.Claim) { move(c, "given") }, map[string]string{"Pool": "分配池"}},
		{fault.NotInPool, func(c *pool.Claim) { c.Holding = c.Holding.With(schema.Values{"pool": "free"}) }, nil},
		{fault.PoolNotMember, func(c *pool.Claim) { c.User = "wu" }, map[string]string{"Pool": "华东公海"}},
		{fault.PoolDisabled, func(c *pool.Claim) { c.Asked = "off" }, map[string]string{"Pool": "停用池"}},
		{fault.PoolNotFound, func(c *pool.Claim) { c.Asked = "gone" }, nil},
		{fault.ClaimNoRight, func(c *pool.Claim) { c.User = "reader" }, nil},
	}
}

func move(c *pool.Claim, to string) {
	c.Asked = to
	c.Holding = c.Holding.With(schema.Values{"pool": to})
}

// TestClaimAnswers: each reason alone gives its code and its numbers (POOL-04, 07 to 12).
func TestClaimAnswers(t *testing.T) {
	if f, info := pool.Check(claim(t)); f != nil || info != (pool.Info{Limit: 10, Used: 1, Left: 9}) {
		t.Fatalf("%v %+v", f, info)
	}
	for _, s := range spoilers(t) {
		c := claim(t)
		s.spoil(&c)
		f, info := pool.Check(c)
		if f == nil || f.Code != s.code || !maps.Equal(f.Params, s.params) || info != (pool.Info{}) {
			t.Errorf("%s: got %v, want %v", s.code, f, s.params)
		}
	}
}

// TestClaimOrder: of two reasons the earlier one in the order of the rules is told.
func TestClaimOrder(t *testing.T) {
	list := spoilers(t)
	for i, late := range list {
		for _, early := range list[i+1:] {
			c := claim(t)
			late.spoil(&c)
			early.spoil(&c)
			f, _ := pool.Check(c)
			// Another pool brings other limits, or another place, with it; then the later reason is simply gone.
			if f == nil || f.Code != early.code {
				t.Errorf("%s and %s: told %v", late.code, early.code, f)
			}
		}
	}
}

// TestClaimBoundaries: the last that is allowed and the first that is not.
func TestClaimBoundaries(t *testing.T) {
	now := at(t, "2026-11-21 10:30:00")
	for _, c := range []struct {
		what  string
		spoil func(*pool.Claim)
		want  fault.Code
	}{
		{"ninth of ten", func(c *pool.Claim) { c.UsedToday = 9 }, ""},
		{"one below the cap of the pool", func(c *pool.Claim) { c.HeldInPool = 99 }, ""},
		{"one below the cap of the company", func(c *pool.Claim) { c.HeldTotal = 499 }, ""},
		{"the moment the cool-down ends", func(c *pool.Claim) { c.LostAt = now.AddDate(0, 0, -3) }, ""},
		{"a millisecond before", func(c *pool.Claim) { c.LostAt = now.AddDate(0, 0, -3).Add(time.Millisecond) }, fault.CoolDown},
		{"the moment the protection ends", func(c *pool.Claim) {
			c.Holding = c.Holding.With(schema.Values{"pooled_at": ms(now.Add(-24 * time.Hour))})
		}, ""},
		{"kept until now", func(c *pool.Claim) { c.Holding = c.Holding.With(schema.Values{"kept_until": ms(now)}) }, ""},
		{"a pool without limits", func(c *pool.Claim) {
			move(c, "free")
			c.UsedToday, c.HeldInPool, c.LostAt = 1000, 1000, now.Add(-time.Minute)
		}, ""},
		{"no cap of the company", func(c *pool.Claim) { c.Settings, c.HeldTotal = schema.Record{}, 100_000 }, ""},
		{"no pool named", func(c *pool.Claim) { c.Asked = "" }, ""},
		{"a dealt customer can be claimed", func(c *pool.Claim) { c.Holding = c.Holding.With(schema.Values{"dealt_at": ms(now)}) }, ""},
	} {
		wish := claim(t)
		c.spoil(&wish)
		if f, _ := pool.Check(wish); fault.CodeOf(asError(f)) != c.want {
			t.Errorf("%s: %v, want %q", c.what, f, c.want)
		}
	}
}

func asError(f *fault.Fault) error {
	if f == nil {
		return nil
	}
	return f
}

// TestAlreadyHeld: who holds it and since when is told to those who may know it (POOL-06).
func TestAlreadyHeld(t *testing.T) {
	since := at(t, "2026-11-20 09:30:00")
	told := map[string]string{"Holder": "王芳", "Since": fmt.Sprint(ms(since))}
	for _, c := range []struct {
		what, user, asked, how string
		want                   map[string]string
	}{
		{"taken out of the pool before me", "zhang", "open", "claimed", told},
		{"assigned out of the pool", "zhang", "open", "assigned", told},
		{"never was in a pool", "zhang", "open", "created", nil},
		{"of my own people", "li", "open", "created", told},
		{"without naming a pool", "zhang", "", "claimed", nil},
	} {
		wish := claim(t)
		wish.User, wish.Asked = c.user, c.asked
		wish.Holding = record("holding", "c", schema.Values{"owner": "wang", "claimed_at": ms(since), "how": c.how})
		f, _ := pool.Check(wish)
		if f == nil || f.Code != fault.AlreadyHeld || !maps.Equal(f.Params, c.want) {
			t.Errorf("%s: %v, want %v", c.what, f, c.want)
		}
	}
	wish := claim(t)
	wish.Holding = schema.Record{}
	if f, _ := pool.Check(wish); f == nil || f.Code != fault.NotInPool {
		t.Errorf("a customer that nobody knows of: %v", f)
	}
}

// TestResetAtMidnight: the daily limit begins anew at midnight of the company, on the days of summer time as well.
func TestResetAtMidnight(t *testing.T) {
	for _, c := range []struct{ zone, now, want string }{
		{"Asia/Shanghai", "2026-11-21T15:59:59Z", "2026-11-21T16:00:00Z"},
		{"Asia/Shanghai", "2026-11-21T16:00:00Z", "2026-11-22T16:00:00Z"},
		{"Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T22:00:00Z"}, // a day of 23 hours
		{"Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"}, // a day of 25 hours
	} {
		wish := claim(t)
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339, c.want)
		if err != nil {
			t.Fatal(err)
		}
		wish.Now, wish.Zone, wish.UsedToday = now, zone(t, c.zone), 10
		wish.Holding = wish.Holding.With(schema.Values{"pooled_at": int64(1)})
		f, _ := pool.Check(wish)
		if f == nil || f.Params["Resets"] != fmt.Sprint(ms(want)) {
			t.Errorf("%s at %s: %v, want %d", c.zone, c.now, f, ms(want))
		}
	}
}

// TestAssign: right, administrator of the pool, active target, member of it (POOL-13).
func TestAssign(t *testing.T) {
	org := company(t)
	for _, c := range []struct {
		by, to, pool string
		want         fault.Code
	}{
		{"li", "zhang", "open", ""},
		{"li", "wang", "open", ""},
		{"li", "wu", "open", fault.PoolNotMember},
		{"li", "zhao", "open", fault.UserDisabled},
		{"li", "ghost", "open", fault.UserDisabled},
		{"zhang", "wang", "open", fault.NoRight},
		{"li", "zhang", "free", fault.NoRight},
		{"li", "zhang", "gone", fault.PoolNotFound},
	} {
		if got := fault.CodeOf(asError(pool.CheckAssign(org, c.by, c.to, c.pool))); got != c.want {
			t.Errorf("%s gives to %s out of %s: %q, want %q", c.by, c.to, c.pool, got, c.want)
		}
	}
}

// TestTransfer: the right on the owner, an active target; the caps hold for the target (POOL-08).
func TestTransfer(t *testing.T) {
	org := company(t)
	for _, c := range []struct {
		by, owner, to string
		want          fault.Code
	}{
		{"zhang", "zhang", "wu", ""},
		{"zhang", "wang", "zhang", fault.NoRight},
		{"li", "wang", "zhang", ""},
		{"li", "wu", "zhang", fault.NoRight},
		{"zhang", "zhang", "zhao", fault.UserDisabled},
	} {
		if got := fault.CodeOf(asError(pool.CheckTransfer(org, c.by, c.owner, c.to))); got != c.want {
			t.Errorf("%s hands what %s holds to %s: %q, want %q", c.by, c.owner, c.to, got, c.want)
		}
	}
	settings := record("settings", "settings", schema.Values{"holding_cap": int64(5)})
	for _, c := range []struct {
		from        string
		pool, total int64
		want        fault.Code
	}{
		{"", 0, 4, ""}, {"", 1000, 5, fault.HoldingCap}, {"open", 100, 0, fault.PoolCap}, {"open", 99, 5, fault.HoldingCap}, {"free", 1000, 4, ""},
	} {
		if got := fault.CodeOf(asError(pool.CheckCap(org, c.from, settings, c.pool, c.total))); got != c.want {
			t.Errorf("from %q with %d and %d: %q, want %q", c.from, c.pool, c.total, got, c.want)
		}
	}
}

// TestReleaseTarget: the wish, the department's pool, the default one, and never silently somewhere (POOL-16, 17).
func TestReleaseTarget(t *testing.T) {
	org := company(t)
	for _, c := range []struct {
		owner, wish, want string
		code              fault.Code
	}{
		{"zhang", "given", "given", ""},
		{"zhang", "", "open", ""},
		{"wang", "", "open", ""},
		{"wu", "", "free", ""},
		{"ghost", "", "free", ""},
		{"zhang", "off", "", fault.PoolDisabled},
		{"zhang", "gone", "", fault.PoolNotFound},
	} {
		got, f := pool.ReleaseTarget(org, c.owner, c.wish)
		if got != c.want || fault.CodeOf(asError(f)) != c.code {
			t.Errorf("%s wishing %q: %q, %v", c.owner, c.wish, got, f)
		}
	}
	none := access.NewOrg(nil, nil, nil, []schema.Record{
		record("pool", "off", schema.Values{"name": "x", "preferred": true, "disabled": true}), record("pool", "other", schema.Values{"name": "y"}),
	})
	if got, f := pool.ReleaseTarget(none, "zhang", ""); got != "" || f == nil || f.Code != fault.NoPool {
		t.Errorf("without a default pool: %q, %v", got, f)
	}
}
