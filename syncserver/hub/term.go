package hub

import (
	"context"
	"errors"
)

// Term is a lead of the scheduled work. Whoever takes the lead begins a new one, and that ends those before it: a node
// that was frozen for a while, and believes to lead still, writes nothing any more. The lock alone could not see to that.
type Term int64

// ErrTermOver says that a newer term has begun.
var ErrTermOver = errors.New("hub: the term is over")

type termKey struct{}

// NewTerm begins a term.
func (h *Hub) NewTerm(ctx context.Context) (term Term, err error) {
	_, err = h.submit(ctx, 1, func(w *work) error {
		number, err := w.tx.NewTerm()
		term = Term(number)
		return err
	})
	return term, err
}

// Under has all that is written in the name of ctx belong to a term: it is refused with ErrTermOver, in the transaction
// that would write it, once a newer term has begun.
func Under(ctx context.Context, term Term) context.Context {
	return context.WithValue(ctx, termKey{}, term)
}

// fenced asks for the term of ctx, if it has one, before anything is done.
func fenced(ctx context.Context, run func(*work) error) func(*work) error {
	term, ok := ctx.Value(termKey{}).(Term)
	if !ok {
		return run
	}
	return func(w *work) error {
		newest, err := w.tx.Term()
		if err == nil && Term(newest) != term {
			err = ErrTermOver
		}
		if err != nil {
			return err
		}
		return run(w)
	}
}
