package hub

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// maxName bounds what a device or a person may be called.
const maxName = 64

// Login gives a device token for a name and a password; remote is the address it came from. A login replaces the token
// that the device had. Who guesses waits longer and longer, but nobody is locked out for ever.
func (h *Hub) Login(ctx context.Context, in wire.Login, remote string) (wire.Session, error) {
	if !isID(in.Device) || len(in.Login) > 4*maxName {
		return wire.Session{}, fault.New(fault.Malformed, "What", "login")
	}
	if wait := h.gate.wait(in.Login, remote, h.clock()); wait > 0 {
		return wire.Session{}, tooManyTries(wait)
	}
	var account store.Account
	var revoked bool
	err := h.view(ctx, func(v *store.View) (err error) {
		if account, _, err = v.Account(in.Login); err == nil {
			revoked, err = v.Revoked(in.Device)
		}
		return err
	})
	if err != nil {
		return wire.Session{}, err
	}
	if err := h.guess(ctx, in, remote, account.Password); err != nil {
		return wire.Session{}, err
	}
	switch {
	case account.Disabled:
		return wire.Session{}, fault.New(fault.AccountDisabled)
	case revoked:
		return wire.Session{}, fault.New(fault.Unauthorized)
	}
	h.gate.passed(in.Login)
	return h.session(ctx, account, in)
}

// guess checks a password against the hash of an account, "" when there is none. Of many who guess at once each waits for
// his turn, and those before him count.
func (h *Hub) guess(ctx context.Context, in wire.Login, remote, hash string) error {
	done, err := h.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer done()
	now := h.clock()
	if wait := h.gate.wait(in.Login, remote, now); wait > 0 {
		return tooManyTries(wait)
	}
	right, err := h.gate.verify(hash, in.Password)
	if err == nil && !right {
		h.gate.failed(in.Login, remote, now)
		return fault.New(fault.BadLogin)
	}
	return err
}

func tooManyTries(wait time.Duration) error {
	return fault.New(fault.TooManyTries, "Seconds", int64((wait+time.Second-1)/time.Second))
}

// session gives the device its token.
func (h *Hub) session(ctx context.Context, account store.Account, in wire.Login) (wire.Session, error) {
	token, err := newToken()
	if err != nil {
		return wire.Session{}, err
	}
	name := []rune(in.Name)
	_, err = h.submit(ctx, 1, func(w *work) error {
		// The account may have been disabled while the password was looked at.
		if !w.org.Active(account.User) {
			return fault.New(fault.AccountDisabled)
		}
		if err := w.checkDevices(account.User, in.Device); err != nil {
			return err
		}
		w.tx.SetToken(account.User, in.Device, string(name[:min(len(name), maxName)]), hashToken(token))
		return nil
	})
	if err != nil {
		return wire.Session{}, err
	}
	return wire.Session{Token: token, User: account.User, Name: account.Name, Epoch: h.Epoch(), Time: h.clock().UnixMilli()}, nil
}

// The devices of a user. Of those that logged out the newest are remembered, for people look for them in the list.
const (
	maxDevices     = 10
	keptDevices    = 40
	devicesForgive = 90 * 24 * time.Hour // one that was not seen for longer takes nobody's place
)

// checkDevices refuses a login on one device more than a user may have.
func (w *work) checkDevices(user, device string) error {
	others, err := w.tx.ActiveDevices(user, device, w.tx.Now.Add(-devicesForgive).UnixMilli())
	if err != nil {
		return err
	}
	if others >= maxDevices {
		return fault.New(fault.DeviceLimit, "Limit", maxDevices)
	}
	w.tx.ForgetDevices(user, keptDevices)
	return nil
}

// newToken makes 256 random bits, in hex.
func newToken() (string, error) {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}

// hashToken is the form in which tokens are kept: a stolen database opens nothing.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Logout ends the token of the identity's device.
func (h *Hub) Logout(ctx context.Context, by Identity) error {
	_, err := h.submit(ctx, 1, func(w *work) error { w.tx.EndToken(by.User, by.Device); return nil })
	h.pokes.recheck(func(other Identity) bool { return other == by })
	return err
}

// Authenticate finds who a token belongs to; it is asked at every request. A token that is unknown, ended or of a
// disabled user or a revoked device is UNAUTHORIZED.
func (h *Hub) Authenticate(ctx context.Context, token string) (Identity, error) {
	var by Identity
	err := h.view(ctx, func(v *store.View) error {
		t, found, err := v.Token(hashToken(token))
		if err != nil {
			return err
		}
		if !found || t.Disabled {
			return fault.New(fault.Unauthorized)
		}
		by = Identity{User: t.User, Device: t.Device}
		return nil
	})
	return by, err
}

// DeviceToken finds the user of a device and the hash of its token, which is what the two share when no request comes over
// the network. A device that is unknown, ended or revoked, or of a disabled user, is UNAUTHORIZED.
func (h *Hub) DeviceToken(ctx context.Context, device string) (user, hash string, err error) {
	err = h.view(ctx, func(v *store.View) error {
		var found bool
		if user, hash, found, err = v.DeviceToken(device); err == nil && !found {
			err = fault.New(fault.Unauthorized)
		}
		return err
	})
	return user, hash, err
}

// Me is the user's own record.
func (h *Hub) Me(ctx context.Context, by Identity) (me Record, err error) {
	err = h.view(ctx, func(v *store.View) error {
		var found bool
		if me, found, err = v.Record("user", by.User); err == nil && !found {
			return fault.New(fault.Unauthorized)
		}
		return err
	})
	return me, err
}
