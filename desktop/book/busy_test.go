package book_test

import (
	"fmt"
	"sync"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/shared/schema"
)

// TestManyAtOnce: readers, writers and arriving pulls do not disturb one another, and a list that is read after a change
// has it (run with -race).
func TestManyAtOnce(t *testing.T) {
	s := open(t, me, held("c0", "甲", me, -1, nil))
	var wait sync.WaitGroup
	work := func(n int, do func(i int) error) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range n {
				if err := do(i); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	q := book.Query{Kind: "customer", View: book.ViewMine, Sort: "id"}
	for range 2 {
		work(20, func(i int) error {
			id, err := s.Create("customer", "", schema.Values{"name": fmt.Sprint("客户", i)})
			if err != nil {
				return err
			}
			ids, err := s.IDs(q)
			if err != nil {
				return err
			}
			for _, known := range ids {
				if known == id {
					return nil
				}
			}
			return fmt.Errorf("a list of %d lacks what was just made", len(ids))
		})
		work(40, func(int) error { _, err := s.Board(); return err })
		work(40, func(int) error { _, err := s.Counts(); return err })
		work(40, func(int) error { _, err := s.Search("kehu", 10); return err })
	}
	work(20, func(i int) error {
		s.land(held(fmt.Sprint("c", i+1), "来的", me, -1, nil))
		return nil
	})
	wait.Wait()
	want(t, "customers", len(s.ids(q)), 61)
}
