package store

import (
	"encoding/json"
)

// Wanted names what is going to be looked at.
type Wanted struct {
	Records  []Key
	Roots    []string
	Results  []string // of mutations, by their ids
	Holdings []string // by the ids of the customers
}

// Preload reads many things with one statement for each sort, and on PostgreSQL in one turn over the wire: much cheaper
// than one by one when they are needed.
func (tx *Tx) Preload(w Wanted) error { return tx.c.several(tx.questions(w)) }

// question is a statement with what is to be done with each row.
type question struct {
	row  func(scan func(...any) error) error
	text string
	args []any
}

// questions asks for what is not known yet. What is not found is known to be absent.
func (tx *Tx) questions(w Wanted) (list []question) {
	ask := func(row func(scan func(...any) error) error, text string, wanted any, count int) {
		if count > 0 {
			list = append(list, question{row, text, []any{wanted}})
		}
	}
	var keys pairs
	for _, k := range w.Records {
		if tx.records[k] == nil {
			tx.records[k] = &entry{}
			keys = append(keys, [2]string{k.Kind, k.ID})
		}
	}
	roots := unknown(tx.roots, w.Roots, func(id string) *root { return &root{id: id} })
	results := unknown(tx.results, w.Results, func(string) *stored { return nil })
	holdings := unknown(tx.holdings, w.Holdings, func(string) *holding { return nil })
	ask(tx.scanRecord, `SELECT r.kind, r.id, r.root, r.seq, r.deleted, r.body FROM pairs(?) j
		CROSS JOIN record r ON r.kind = j.a AND r.id = j.b`, keys, len(keys))
	ask(tx.scanRoot, `SELECT r.id, r.kind, r.scopes, r.count, r.sum, r.face_count, r.face_sum FROM list(?) j
		CROSS JOIN root r ON r.id = j.value`, roots, len(roots))
	ask(tx.scanResult, `SELECT m.id, m.hash, m.user, m.result FROM list(?) j
		CROSS JOIN mutation m ON m.id = j.value`, results, len(results))
	ask(tx.scanHolding, `SELECT h.root, h.owner, h.pool, h.origin, h.start, h.dealt_at, h.locked_until FROM list(?) j
		CROSS JOIN holding h ON h.root = j.value`, holdings, len(holdings))
	return list
}

// unknown lists the ids that a map does not have, and notes them in it as absent.
func unknown[T any](known map[string]T, ids []string, absent func(string) T) (list texts) {
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			known[id] = absent(id)
			list = append(list, id)
		}
	}
	return list
}

func (tx *Tx) scanRoot(scan func(...any) error) error {
	var id, kind, scopes, sum, faceSum string
	var all, face int64
	if err := scan(&id, &kind, &scopes, &all, &sum, &face, &faceSum); err != nil {
		return err
	}
	r := tx.roots[id]
	r.kind, r.all.count, r.face.count = kind, all, face
	return r.read(scopes, sum, faceSum)
}

func (tx *Tx) scanResult(scan func(...any) error) error {
	var id, text string
	s := &stored{}
	if err := scan(&id, &s.hash, &s.user, &text); err != nil {
		return err
	}
	tx.results[id] = s
	return json.Unmarshal([]byte(text), &s.result)
}

func (tx *Tx) scanHolding(scan func(...any) error) error {
	var id string
	h := &holding{}
	err := scan(&id, &h.owner, &h.pool, &h.origin, &h.start, &h.dealtAt, &h.lockedUntil)
	tx.holdings[id] = h
	return err
}
