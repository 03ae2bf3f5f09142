// Package schema says what a record kind is. Kinds are declared once, as plain literals, in shared/crm;
// the replica's tables, sync, rights, checks, lists, forms, search and import all read those declarations.
package schema

import (
	"yuzhou/shared/fault"
)

// Audience says who receives a record that stands alone. Children of a customer have none of their own:
// they go where their customer goes.
type Audience struct {
	Everybody bool     // the common scope: directory, dictionaries, pools, settings
	Users     []string // fields (Ref or RefSet to user) naming the users whose own scope holds it
}

// Kind declares one sort of record.
type Kind struct {
	Name     string
	Fields   []Field              // their order is the order on screen
	Title    string               // the field that names a record in lists and messages
	Parent   string               // kind of the root it belongs to; "" for a root
	Alone    bool                 // may also stand without its parent (a personal task)
	Audience Audience             // for records that stand alone
	Server   bool                 // written by server commands only, never by a pushed edit
	Fact     bool                 // append-only: created, never edited, so it never conflicts
	Face     bool                 // shown by a pool to its members, masked as the pool says
	Rules    []func(Record) error // rules that cross fields; each returns a *fault.Fault
}

// Field declares one field of a kind.
type Field struct {
	Name      string // for ever: the name on the wire and of the column; words may change
	Type      Type
	Required  bool
	Listed    bool // a column of the list
	Searched  bool // found by the search box
	Sensitive bool // masked where a pool or a role says so
	Server    bool // set by the server alone (number, author, time of receipt)
	First     bool // of two changes the one that arrives first stays and nobody is asked: what was done is done
}

// Field finds a field by name.
func (k *Kind) Field(name string) (Field, bool) {
	for _, f := range k.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// IsRoot tells whether records of the kind can be roots: streams of sync move roots.
func (k *Kind) IsRoot() bool { return k.Parent == "" || k.Alone }

// Check tells everything that is wrong with a record that is about to be kept: required fields,
// the type of each value, the rules that cross fields. Fields that the kind does not declare are left alone:
// a newer program wrote them.
func (k *Kind) Check(r Record) []*fault.Fault {
	var wrong []*fault.Fault
	for _, f := range k.Fields {
		v, there := r.Values[f.Name]
		if !there || v == nil || v == "" {
			if f.Required && !f.Server {
				wrong = append(wrong, fault.New(fault.Required).About(k.Name, f.Name))
			}
			continue
		}
		if err := f.Type.Check(v); err != nil {
			wrong = append(wrong, fault.Of(err).About(k.Name, f.Name))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	for _, rule := range k.Rules {
		if err := rule(r); err != nil {
			f := fault.Of(err)
			wrong = append(wrong, f.About(k.Name, f.Field))
		}
	}
	return wrong
}
