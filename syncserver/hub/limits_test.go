package hub

import (
	"fmt"
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// TestDevicesOfAUser: somebody is logged in on so many devices and no more; logging out, an administrator and time make
// room, and who logs in and out for ever fills nothing (I12).
func TestDevicesOfAUser(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error { k.tx.SetPassword(c.zhang, cheapHash()); return nil })
	w.must(err)
	in := func(n int) error {
		_, err := w.login("zhang", longPassword, fmt.Sprint("d", n))
		return err
	}
	for n := range maxDevices {
		w.must(in(n))
	}
	refused := func() {
		t.Helper()
		if err := in(99); fault.CodeOf(err) != fault.DeviceLimit {
			t.Errorf("one device too many: %v", err)
		}
	}
	refused()
	w.must(in(3)) // the same device again
	w.must(w.h.Logout(w.ctx(), Identity{User: c.zhang, Device: "d3"}))
	w.must(in(10))
	refused()
	w.must(w.h.RevokeDevice(w.ctx(), System, "d4"))
	w.must(in(11))
	refused()
	w.pass(devicesForgive + time.Hour)
	w.must(in(12))
	for n := range 2 * keptDevices {
		w.must(in(100 + n))
		w.must(w.h.Logout(w.ctx(), Identity{User: c.zhang, Device: fmt.Sprint("d", 100+n)}))
		w.pass(time.Minute)
	}
	w.must(w.st.View(w.ctx(), func(v *store.View) error {
		devices, err := v.Devices()
		out, revoked := 0, 0
		for _, d := range devices {
			switch {
			case d.Revoked:
				revoked++
			case !d.Active:
				out++
			}
		}
		if out > keptDevices+1 || revoked != 1 {
			t.Errorf("%d devices that logged out are remembered, %d revoked", out, revoked)
		}
		return err
	}))
}
