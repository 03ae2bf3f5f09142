// Package book is the open customer book: everything that screens read or write passes here, with rights, checks,
// stamps, undo, and word to the listeners. It knows no widget and no SQL.
package book

import (
	"errors"
	"io"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// ErrUnpublished says that the first sync of the replica is not complete: half a book is not shown.
var ErrUnpublished = errors.New("book: the first sync is not complete")

// Book is an open customer book. It is safe for use by several goroutines.
type Book struct {
	r   *replica.Replica
	clk clock.Clock
}

var errWait = fault.New(fault.Internal)

func titleOf(r schema.Record) string { return "" }

func Open(r *replica.Replica, clk clock.Clock) (*Book, error) { return &Book{r: r, clk: clk}, nil }
func OpenPractice(r *replica.Replica, clk clock.Clock, lang string) (*Book, error) {
	return Open(r, clk)
}
func (b *Book) Close()                                        {}
func (b *Book) Me() Person                                    { return Person{} }
func (b *Book) Org() *access.Org                              { return access.NewOrg(nil, nil, nil, nil) }
func (b *Book) Settings() schema.Record                       { return schema.Record{} }
func (b *Book) Zone() *time.Location                          { return time.UTC }
func (b *Book) Now() time.Time                                { return b.clk() }
func (b *Book) Today() string                                 { return "" }
func (b *Book) Practice() bool                                { return false }
func (b *Book) IDs(q Query) ([]string, error)                 { return nil, errWait }
func (b *Book) Rows(kind string, ids []string) ([]Row, error) { return nil, errWait }
func (b *Book) Get(kind, id string) (Row, bool, error)        { return Row{}, false, errWait }
func (b *Book) Children(kind, root string) ([]Row, error)     { return nil, errWait }
func (b *Book) Timeline(customer string) ([]Event, error)     { return nil, errWait }
func (b *Book) Board() (Board, error)                         { return Board{}, errWait }
func (b *Book) Counts() (Counts, error)                       { return Counts{}, errWait }
func (b *Book) PoolFigures(pool string) (PoolFigures, error)  { return PoolFigures{}, errWait }
func (b *Book) Name(kind, id string) string                   { return "" }
func (b *Book) Label(dict, key, lang string) string           { return key }
func (b *Book) Choices(dict string) []Choice                  { return nil }
func (b *Book) Search(text string, limit int) ([]Hit, error)  { return nil, errWait }
func (b *Book) Duplicates(values schema.Values, exceptID string) ([]Duplicate, error) {
	return nil, errWait
}
func (b *Book) Can(action access.Action, r Row) bool { return false }
func (b *Book) CanCreate(kind, root string) bool     { return false }
func (b *Book) Why(r Row) access.Path                { return access.Path{} }
func (b *Book) Claimable(r Row) *fault.Fault         { return errWait }
func (b *Book) Create(kind, root string, values schema.Values) (string, error) {
	return "", errWait
}
func (b *Book) Set(kind, id string, values schema.Values) error { return errWait }
func (b *Book) SetOver(seen Row, values schema.Values) error    { return errWait }
func (b *Book) Delete(kind, id string) error                    { return errWait }
func (b *Book) FollowUp(f FollowUp) (string, error)             { return "", errWait }
func (b *Book) Ask(command, customer string, args map[string]string) (string, error) {
	return "", errWait
}
func (b *Book) Outbox() ([]Entry, error)                   { return nil, errWait }
func (b *Book) Undo(id string) error                       { return errWait }
func (b *Book) ExportOutbox(w io.Writer) error             { return errWait }
func (b *Book) Tray() ([]TrayItem, error)                  { return nil, errWait }
func (b *Book) Resolve(id, choice string, typed any) error { return errWait }
func (b *Book) Again(id string) error                      { return errWait }
func (b *Book) Dismiss(id string) error                    { return errWait }
func (b *Book) MarkRead(notices ...string) error           { return errWait }
func (b *Book) Listen(fn func()) (cancel func())           { return func() {} }

var _ = change.Set
