package hub

import (
	"strings"
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

func (w *world) login(login, password, device string) (wire.Session, error) {
	return w.h.Login(w.ctx(), wire.Login{Login: login, Password: password, Device: device, Name: "笔记本", Protocol: wire.Protocol}, "10.0.0.1")
}

// TestLogin: a token for the right name and password, one for each device; the wrong ones look all alike.
func TestLogin(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.must(w.h.SetPassword(w.ctx(), System, c.zhang, longPassword))
	s, err := w.login("Zhang", longPassword, "d1")
	w.must(err)
	if s.User != c.zhang || s.Name != "zhang" || s.Epoch != w.h.Epoch() || s.Time != w.now.Load() || len(s.Token) != 64 {
		t.Errorf("%+v", s)
	}
	by, err := w.h.Authenticate(w.ctx(), s.Token)
	if err != nil || by.User != c.zhang || by.Device != "d1" {
		t.Fatalf("%+v %v", by, err)
	}
	for _, x := range [][2]string{{"zhang", "wrong password"}, {"nobody", longPassword}, {"wang", longPassword}, {"", ""}} {
		if _, err := w.login(x[0], x[1], "d1"); fault.CodeOf(err) != fault.BadLogin {
			t.Errorf("%v: %v", x, err)
		}
	}
	again, err := w.login("zhang", longPassword, "d1")
	w.must(err)
	other, err := w.login("zhang", longPassword, "d2")
	w.must(err)
	valid := func(token string) bool { _, err := w.h.Authenticate(w.ctx(), token); return err == nil }
	if valid(s.Token) || !valid(again.Token) || !valid(other.Token) || valid("") || valid(hashToken(again.Token)) {
		t.Error("a login on the same device must replace its token, and no other")
	}
	w.must(w.h.Logout(w.ctx(), by))
	if valid(again.Token) || !valid(other.Token) {
		t.Error("logout ends the token of one device")
	}
	w.must(w.h.RevokeDevice(w.ctx(), System, "d2"))
	if valid(other.Token) {
		t.Error("a revoked device goes on")
	}
	if _, err := w.login("zhang", longPassword, "d2"); fault.CodeOf(err) != fault.Unauthorized {
		t.Errorf("a revoked device logs in again: %v", err)
	}
	third, err := w.login("zhang", longPassword, "d3")
	w.must(err)
	w.put("user", c.zhang, Values{"disabled": true})
	if valid(third.Token) {
		t.Error("a disabled user goes on")
	}
	if _, err := w.login("zhang", longPassword, "d3"); fault.CodeOf(err) != fault.AccountDisabled {
		t.Errorf("%v", err)
	}
	if _, err := w.login("zhang", "wrong password", "d3"); fault.CodeOf(err) != fault.BadLogin {
		t.Errorf("whoever does not know the password learns that the account is disabled: %v", err)
	}
	if strings.Contains(w.log.String(), longPassword) {
		t.Error("a password is in the log")
	}
}

// TestGuessing: who guesses waits longer and longer, but nobody is locked out, and the right password clears it.
func TestGuessing(t *testing.T) {
	w := newWorld(t)
	var waits []string
	for range 6 {
		_, err := w.login("admin", "wrong password", "d1")
		if fault.CodeOf(err) == fault.TooManyTries {
			seconds := fault.Of(err).Params["Seconds"]
			waits = append(waits, seconds)
			d, err := time.ParseDuration(seconds + "s")
			w.must(err)
			w.pass(d)
		}
	}
	if got := strings.Join(waits, " "); got != "1 2" {
		t.Errorf("waits %q", got)
	}
	if _, err := w.login("admin", longPassword, "d1"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	if _, err := w.login("admin", "wrong password", "d1"); fault.CodeOf(err) != fault.BadLogin {
		t.Errorf("the count was not cleared: %v", err)
	}
	for range 40 {
		w.h.gate.failed("somebody", "10.0.0.9", w.h.clock())
	}
	if wait := w.h.gate.wait("somebody", "", w.h.clock()); wait != maxDelay {
		t.Errorf("the longest wait is %v", wait)
	}
	if wait := w.h.gate.wait("", "10.0.0.9", w.h.clock()); wait <= 0 || wait > maxDelay {
		t.Errorf("the address waits %v", wait)
	}
	if wait := w.h.gate.wait("admin", "10.0.0.1", w.h.clock()); wait != 0 {
		t.Errorf("somebody else waits %v", wait)
	}
}

// TestPasswords: short, common and telling ones are refused.
func TestPasswords(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	for _, p := range []string{"", "short", "1234567890", "Password123", "aaaaaaaaaaaa", "zhang123456", "渔舟渔舟渔舟渔舟渔"} {
		if err := w.h.SetPassword(w.ctx(), System, c.zhang, p); fault.CodeOf(err) != fault.WeakPassword {
			t.Errorf("%q: %v", p, err)
		}
	}
	w.must(w.h.SetPassword(w.ctx(), System, c.zhang, "渔舟唱晚响穷彭蠡之滨"))
	s, err := w.login("zhang", "渔舟唱晚响穷彭蠡之滨", "d1")
	w.must(err)
	w.must(w.h.SetPassword(w.ctx(), Identity{User: c.zhang, Device: "d1"}, c.zhang, longPassword))
	if _, err := w.h.Authenticate(w.ctx(), s.Token); fault.CodeOf(err) != fault.Unauthorized {
		t.Errorf("a new password leaves the old tokens: %v", err)
	}
	if err := w.h.SetPassword(w.ctx(), Identity{User: c.wang}, c.zhang, longPassword); fault.CodeOf(err) != fault.NoRight {
		t.Errorf("anybody sets anybody's password: %v", err)
	}
	if err := w.h.SetPassword(w.ctx(), System, "nobody", longPassword); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}
