package api

import (
	"yuzhou/shared/fault"
	"yuzhou/syncserver/hub"
)

// Record is one record as the asker may see it.
type Record struct {
	Kind    string     `json:"kind"`
	ID      string     `json:"id"`
	Root    string     `json:"root"`
	Seq     int64      `json:"seq"`
	Deleted bool       `json:"deleted,omitempty"`
	Masked  []string   `json:"masked,omitempty" doc:"Fields that hold a mask instead of their value."`
	Values  hub.Values `json:"values"`
}

// Customer is a customer and who holds it.
type Customer struct {
	Customer Record `json:"customer"`
	Holding  Record `json:"holding"`
}

// ClaimRequest asks for a customer of a pool. Request is the id of the request, a UUIDv7 that the asker makes: sent
// again, it gets the same verdict and changes nothing. So it is with the other requests.
type ClaimRequest struct {
	Request string `json:"request"`
	Pool    string `json:"pool,omitempty"`
	AskedAt int64  `json:"asked_at,omitempty"`
}

// ReleaseRequest gives a customer up.
type ReleaseRequest struct {
	Request string `json:"request"`
	Pool    string `json:"pool,omitempty" doc:"Empty: the pool of the department, else the default one."`
	Reason  string `json:"reason"`
	Note    string `json:"note,omitempty"`
	AskedAt int64  `json:"asked_at,omitempty"`
}

// HandRequest hands a customer to somebody: a transfer, or an assignment out of a pool.
type HandRequest struct {
	Request string `json:"request"`
	To      string `json:"to"`
	Note    string `json:"note,omitempty"`
	AskedAt int64  `json:"asked_at,omitempty"`
}

func record(r hub.Record) Record {
	return Record{Kind: r.Kind, ID: r.ID, Root: r.Root, Seq: r.Seq, Deleted: r.Deleted, Masked: r.Masked, Values: r.Values}
}

func records(list []hub.Record, err error) ([]Record, error) {
	out := make([]Record, 0, len(list))
	for _, r := range list {
		out = append(out, record(r))
	}
	return out, err
}

// customer shows one customer through the same sight as a pull.
func (a *API) customer(c call) (Customer, error) {
	customer, holding, err := a.hub.Customer(c.Request.Context(), c.who, c.Param("id"))
	return Customer{record(customer), record(holding)}, err
}

func (a *API) claim(c call, in ClaimRequest) (hub.Result, error) {
	return a.ask(c, hub.Claim, in.Request, in.AskedAt, map[string]string{"pool": in.Pool})
}

func (a *API) release(c call, in ReleaseRequest) (hub.Result, error) {
	return a.ask(c, hub.Release, in.Request, in.AskedAt, map[string]string{"pool": in.Pool, "reason": in.Reason, "note": in.Note})
}

func (a *API) transfer(c call, in HandRequest) (hub.Result, error) {
	return a.ask(c, hub.Transfer, in.Request, in.AskedAt, map[string]string{"to": in.To, "note": in.Note})
}

func (a *API) assign(c call, in HandRequest) (hub.Result, error) {
	return a.ask(c, hub.Assign, in.Request, in.AskedAt, map[string]string{"to": in.To, "note": in.Note})
}

// ask runs a command as the mutation that a laptop would have queued, so both ways have one set of rules.
func (a *API) ask(c call, command, request string, at int64, args map[string]string) (hub.Result, error) {
	if request == "" {
		return hub.Result{}, fault.New(fault.Required).About("", "request")
	}
	id := c.Param("id")
	mutation := hub.Mutation{ID: request, Op: hub.OpAsk, Kind: "customer", Record: id, Root: id, Command: command, Args: args, At: at}
	result, err := a.hub.Command(c.Request.Context(), c.who, mutation.Sealed())
	if err == nil && result.Fault != nil {
		return hub.Result{}, result.Fault
	}
	return result, err
}
