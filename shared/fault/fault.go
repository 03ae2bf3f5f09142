// Package fault names everything that can go wrong and that a person may hear of.
// A Fault crosses the wire as it is; the words for it stand in the language files under
// fault.CODE (what happened) and fault.CODE.next (what to do now).
package fault

import (
	"errors"
	"fmt"
)

// Fault is an error with a stable code. Params carry the numbers and names that the words need
// (limit, used, left, until …); they are part of the answer, never of the words.
type Fault struct {
	Code   Code              `json:"code"`
	Kind   string            `json:"kind,omitempty"`  // record kind the fault is about
	Field  string            `json:"field,omitempty"` // field the fault is about
	Params map[string]string `json:"params,omitempty"`
	op     string
	err    error
}

// New makes a fault; pairs are name, value, name, value …
func New(code Code, pairs ...any) *Fault {
	f := &Fault{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return f
}

// About says which kind and field the fault is about.
func (f *Fault) About(kind, field string) *Fault {
	c := *f
	c.Kind, c.Field = kind, field
	return &c
}

// Because keeps the technical cause for the log; it never crosses the wire.
func (f *Fault) Because(op string, err error) *Fault {
	c := *f
	c.op, c.err = op, err
	return &c
}

// Error is the technical text for the log. People are shown words made from the code.
func (f *Fault) Error() string {
	s := string(f.Code)
	if f.Field != "" {
		s += " " + f.Kind + "." + f.Field
	}
	if len(f.Params) > 0 {
		s += fmt.Sprintf(" %v", f.Params)
	}
	if f.op != "" {
		s = f.op + ": " + s
	}
	if f.err != nil {
		s += ": " + f.err.Error()
	}
	return s
}

// Unwrap gives the technical cause.
func (f *Fault) Unwrap() error { return f.err }

// Is makes errors.Is compare faults by their code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// CodeOf is the code of err: "" for nil, Internal for an error that nobody has named.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Of finds the fault in err, or wraps err as Internal. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return New(Internal).Because("", err)
}
