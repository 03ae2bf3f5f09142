package session

import (
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/fault"
)

// lock is what stands in the place of a book whose lease has ended (SYNC-12). It is the program that locks: the file is as
// readable as before for whoever reads it past the program.
type lock struct {
	lease  replica.Lease
	unsent int64
}

// refuse locks what the folder holds, instead of opening it. The token stays: it was not the server who ended it.
func (s *Session) refuse(l replica.Lease) error {
	unsent, err := s.replica.Unsent()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = &lock{l, unsent}
	return nil
}

// countLease counts the lease of an open book. When it has ended the book is closed and the listeners are told. But a clock
// can leap: a laptop wakes up, a clock that stood at 1970 is set right. So the first time a sync is begun, and only if
// the server has not accepted this laptop until the next time is the book closed.
func (s *Session) countLease(w *work) error {
	l, err := s.replica.CountLease()
	if err != nil {
		return err
	}
	s.mu.Lock()
	before := w.lease
	current := s.work == w
	if current {
		w.lease = l
	}
	s.mu.Unlock()
	switch {
	case !current:
		return nil
	case l.Ended() && !before.Ended():
		w.syncer.Now()
		return nil
	case l.Ended():
		return s.close(w, l)
	case l.Left() != before.Left():
		s.tell()
	}
	return nil
}

// synced hears of every change in the contact with the server. A complete sync has begun the lease anew.
func (s *Session) synced(w *work, st syncer.Status) {
	if !st.Syncing && st.Fault == nil {
		if err := s.countLease(w); err != nil {
			s.o.Log.Error("count the lease", "error", err)
		}
	}
	s.tell()
}

// close locks an open book. What runs beside it is ended behind the caller's back, who may be a part of it.
func (s *Session) close(w *work, l replica.Lease) error {
	unsent, err := s.replica.Unsent()
	if err != nil || !s.shut(w, &lock{l, unsent}) {
		return err
	}
	s.o.Log.Warn("the lease has ended, the book is locked", "days", l.Days)
	s.tell()
	return nil
}

// shut puts the lock in the place of the work, unless somebody has ended that already.
func (s *Session) shut(w *work, k *lock) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.work != w {
		return false
	}
	s.work, s.locked = nil, k
	s.ending.Go(func() {
		if err := w.end(); err != nil {
			s.o.Log.Error("close a locked book", "error", err)
		}
	})
	return true
}

// status is what the window says about a locked book.
func (k *lock) status() screen.Status {
	return screen.Status{State: screen.Locked, Fault: fault.New(fault.LeaseEnded, "Days", k.lease.Offline()), Unsent: k.unsent}
}
