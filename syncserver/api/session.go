package api

import (
	"yuzhou/shared/wire"
)

// Me is who the token belongs to.
type Me struct {
	User       string   `json:"user"`
	Login      string   `json:"login"`
	Name       string   `json:"name"`
	Department string   `json:"department"`
	Roles      []string `json:"roles"`
	Device     string   `json:"device"`
	Epoch      string   `json:"epoch"`
	Time       int64    `json:"time" doc:"The server's clock, Unix milliseconds."`
	Protocol   int      `json:"protocol"`
	Version    string   `json:"version"`
}

// login gives a device token for a name and a password.
func (a *API) login(c call, in wire.Login) (wire.Session, error) {
	if err := speaks(in.Protocol, oldestPush); err != nil {
		return wire.Session{}, err
	}
	return a.hub.Login(c.Request.Context(), in, c.ClientIP())
}

// logout ends the token that it comes with.
func (a *API) logout(c call) (nothing, error) {
	return nothing{}, a.hub.Logout(c.Request.Context(), c.who)
}

// me tells a program whose token it holds, and what the server speaks.
func (a *API) me(c call) (Me, error) {
	user, err := a.hub.Me(c.Request.Context(), c.who)
	return Me{
		User: user.ID, Login: user.Text("login"), Name: user.Text("name"), Department: user.Text("department"),
		Roles: user.Set("roles"), Device: c.who.Device, Epoch: a.hub.Epoch(), Time: a.now().UnixMilli(),
		Protocol: wire.Protocol, Version: a.version,
	}, err
}
