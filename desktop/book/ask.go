package book

import (
	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
)

// Ask asks for a command that the server alone may run: change.Claim, Release, Transfer, Assign, Deal; args as listed
// there. What is certain to be refused is refused at once; everything else waits for the server's verdict. A practice book
// decides itself, at once. Asking again for what is asked already gives the id of the first request.
func (b *Book) Ask(command, customer string, args map[string]string) (string, error) {
	row, ok, err := b.Get("customer", customer)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.New(fault.NotFound).About("customer", "")
	}
	if row.Asked == command {
		return b.asked(command, customer)
	}
	if f := b.askable(command, row, args); f != nil {
		return "", f
	}
	m, err := b.mutation(change.Ask, row.Record)
	if err != nil {
		return "", err
	}
	m.Command, m.Args = command, args
	return m.ID, b.keep(replica.Edit{Mutation: m})
}

// asked finds the request that waits already.
func (b *Book) asked(command, customer string) (string, error) {
	entries, err := b.r.Outbox()
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Mutation.Record == customer && e.Mutation.Command == command {
			return e.Mutation.ID, nil
		}
	}
	return "", fault.New(fault.NotFound).About("customer", "")
}

func (b *Book) askable(command string, row Row, args map[string]string) *fault.Fault {
	org := b.directory().Org
	switch command {
	case change.Claim:
		return b.Claimable(row)
	case change.Release:
		switch {
		case !b.Can(access.Release, row):
			return fault.New(fault.NoRight, "Action", string(access.Release))
		case args["reason"] == "":
			return fault.New(fault.ReasonMissing).About("holding", "reason")
		}
		_, f := pool.ReleaseTarget(org, row.Owner, args["pool"])
		return f
	case change.Transfer:
		return pool.CheckTransfer(org, b.me, row.Owner, args["to"])
	case change.Assign:
		return pool.CheckAssign(org, b.me, args["to"], row.Pool)
	case change.Deal:
		if !b.Can(access.Edit, row) {
			return fault.New(fault.NoRight, "Action", string(access.Edit))
		}
		return nil
	}
	return fault.New(fault.Malformed, "What", command)
}
