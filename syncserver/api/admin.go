package api

import (
	"cmp"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/hub"
)

// Change sets fields of a record; null empties one. Fields that are not named stay as they are.
type Change struct {
	Values hub.Values `json:"values"`
}

// Password is a new password.
type Password struct {
	Password string `json:"password"`
}

// list shows every record of a kind.
func (a *API) list(kind string) func(call) ([]Record, error) {
	return func(c call) ([]Record, error) {
		return records(a.hub.List(c.Request.Context(), c.who, kind))
	}
}

// add makes a record of a kind.
func (a *API) add(kind string) func(call, Change) (Record, error) {
	return func(c call, in Change) (Record, error) {
		r, err := a.hub.Put(c.Request.Context(), c.who, kind, "", in.Values)
		return record(r), err
	}
}

// change sets fields of the record in the path.
func (a *API) change(kind string) func(call, Change) (Record, error) {
	return func(c call, in Change) (Record, error) {
		r, err := a.hub.Put(c.Request.Context(), c.who, kind, c.Param("id"), in.Values)
		return record(r), err
	}
}

func (a *API) setPassword(c call, in Password) (nothing, error) {
	return nothing{}, a.hub.SetPassword(c.Request.Context(), c.who, c.Param("id"), in.Password)
}

// disable disables or enables the user in the path.
func (a *API) disable(disabled bool) func(call) (Record, error) {
	return func(c call) (Record, error) {
		r, err := a.hub.Put(c.Request.Context(), c.who, "user", c.Param("id"), hub.Values{"disabled": disabled})
		return record(r), err
	}
}

func (a *API) settings(c call) (Record, error) {
	list, err := a.hub.List(c.Request.Context(), c.who, "settings")
	if err != nil || len(list) != 1 {
		return Record{}, cmp.Or(err, error(fault.New(fault.NotFound)))
	}
	return record(list[0]), nil
}

func (a *API) changeSettings(c call, in Change) (Record, error) {
	r, err := a.hub.Put(c.Request.Context(), c.who, "settings", "settings", in.Values)
	return record(r), err
}

func (a *API) devices(c call) ([]hub.Device, error) {
	return a.hub.Devices(c.Request.Context(), c.who)
}

func (a *API) revokeDevice(c call) (nothing, error) {
	return nothing{}, a.hub.RevokeDevice(c.Request.Context(), c.who, c.Param("id"))
}

func (a *API) previewReclaim(c call) (hub.RunReport, error) {
	return a.hub.PreviewReclaim(c.Request.Context(), c.who)
}

// runReclaim makes the run that is due; when none is, it tells of the latest.
func (a *API) runReclaim(c call) (hub.RunReport, error) {
	due, ok, err := a.hub.DueRun(c.Request.Context())
	if err == nil && ok {
		return a.hub.Reclaim(c.Request.Context(), due)
	}
	list, err := a.reclaimReports(c)
	if err != nil || len(list) == 0 {
		return hub.RunReport{}, cmp.Or(err, error(fault.New(fault.NotFound)))
	}
	return list[0], nil
}

func (a *API) reclaimReports(c call) ([]hub.RunReport, error) {
	return a.hub.Reports(c.Request.Context(), c.who, shownRuns)
}

// shownRuns is how many runs a list of reports goes back.
const shownRuns = 30
