package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Credentials are what a person types to log in.
type Credentials struct {
	Address  string // of the server; without a scheme https is meant, on this machine http
	Login    string
	Password string
	Device   string // what people call this laptop
}

// Address checks the address of a server and writes it in full: https everywhere, plain http on this machine alone.
func Address(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.New(fault.BadAddress)
	}
	if !strings.Contains(text, "://") {
		text = "//" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fault.New(fault.BadAddress)
	}
	switch {
	case u.Scheme == "" && loopback(u.Hostname()):
		u.Scheme = "http"
	case u.Scheme == "":
		u.Scheme = "https"
	}
	switch {
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fault.New(fault.InsecureAddress)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fault.New(fault.BadAddress)
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// SignIn logs in and makes the replica the user's. A folder belongs to one account: when another one logs in, the former
// one's rows are removed, but over his unsent changes it is OTHER_ACCOUNT. A login begins the lease anew.
func SignIn(ctx context.Context, r *replica.Replica, client *http.Client, c Credentials) (replica.Account, error) {
	account, err := r.Account()
	if err != nil {
		return account, err
	}
	address, err := Address(c.Address)
	if err != nil {
		return account, err
	}
	if account.Device == "" {
		device, err := uuid.NewV7()
		if err != nil {
			return account, err
		}
		account.Device = device.String()
	}
	remote := newRemote(client, address, "", r.Now)
	session, err := remote.login(ctx, wire.Login{
		Login: strings.TrimSpace(c.Login), Password: c.Password, Device: account.Device, Name: c.Device, Protocol: wire.Protocol,
	})
	if err != nil {
		return account, err
	}
	status, err := r.Status()
	if err != nil {
		return account, err
	}
	if status.Practice || account.User != "" && account.User != session.User {
		if err := r.Clear(); err != nil {
			return account, err
		}
	}
	account.Address, account.Token, account.User, account.Name = address, session.Token, session.User, session.Name
	if err := errors.Join(r.SetAccount(account), r.RenewLease()); err != nil {
		return account, err
	}
	return account, r.SetSkew(r.Now().Sub(clock.FromMillis(session.Time)).Milliseconds())
}

func (m *remote) login(ctx context.Context, in wire.Login) (wire.Session, error) {
	var session wire.Session
	body, err := json.Marshal(in)
	if err != nil {
		return session, err
	}
	a, err := m.post(ctx, wire.PathLogin, jsonType, "", body)
	if err != nil {
		return session, err
	}
	if !a.is(jsonType) || json.Unmarshal(a.body, &session) != nil || session.Token == "" || session.User == "" || session.Epoch == "" {
		return session, fault.New(fault.NotOurServer, "Status", a.status)
	}
	return session, nil
}

// SignOut ends the session on the server as far as it can be reached, and forgets the token. Everything else stays, so
// that the same user finds his book and his unsent changes when he comes back.
func SignOut(ctx context.Context, r *replica.Replica, client *http.Client) error {
	account, err := r.Account()
	if err != nil || account.Token == "" {
		return err
	}
	remote := newRemote(client, account.Address, account.Token, r.Now)
	_, err = remote.post(ctx, wire.PathLogout, jsonType, "", nil)
	if err != nil && !passing(err) && fault.CodeOf(err) != fault.Unauthorized {
		return err
	}
	account.Token = ""
	return r.SetAccount(account)
}
