package replica

import (
	"encoding/json"

	"github.com/google/uuid"

	"yuzhou/shared/fault"
)

// Fork. The server keys what it answered by mutation id and content. Two copies of one replica (a laptop restored from an
// image, a folder copied to another machine) may send different content under one id; then the server says so, and this
// copy becomes a replica of its own: a new replica id, a new id for that mutation, everything fetched anew, one word to
// the person.
//
// The other mutations keep their ids. If the other copy has sent one of them too, id and content are the same and its
// stored result comes back, so it has one effect; under a new id it would have two.
//
// A rolled-back image needs nothing more. Its cursor is older than what the server has sent: the pull brings the
// difference once more, and a row of the same version changes nothing. Its outbox may hold what was sent and answered
// meanwhile: the stored results come back. Results of mutations that it does not know are passed over. What was typed and
// not sent after the image was made went with the disk that held it.

// fork gives a mutation an id of its own and makes this copy a replica of its own.
func (t *tx) fork(l line) error {
	entries, err := t.entries("WHERE n = ?", l.n)
	if err != nil || len(entries) == 0 {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	m := entries[0].m
	m.ID = id.String()
	text, err := json.Marshal(m.Sealed())
	if err != nil {
		return err
	}
	t.touched.Outbox = true
	if err := t.exec("UPDATE outbox SET id = ?, mutation = ?, state = ?, tries = 0 WHERE n = ?", m.ID, string(text), Waiting, l.n); err != nil {
		return err
	}
	if t.forked {
		return nil
	}
	t.forked = true
	replica, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if err := t.setMeta(metaReplica, replica.String()); err != nil {
		return err
	}
	if err := t.rescan(); err != nil {
		return err
	}
	return t.notice("fork-"+replica.String(), fault.New(fault.ReplicaFork))
}

// notice puts a word of the program itself into the tray: it concerns no record.
func (t *tx) notice(id string, about *fault.Fault) error {
	return t.tray(TrayItem{ID: id, Type: TrayNotice, At: t.now.UnixMilli(), Fault: about})
}
