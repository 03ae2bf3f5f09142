package hub

import (
	"context"
	"log/slog"
	"maps"
	"sync"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// pokes tells whoever waits for news that there is some. What is new is read from the store, not handed over by the
// committer: so commits of other processes on the same database are told in the same way, and a commit that nobody waits
// for costs nothing. Who commits only says that it is worth looking.
type pokes struct {
	look chan struct{} // holds one: several commits before the next look are one

	mu    sync.Mutex
	of    map[string]map[*Watch]bool // by user
	in    map[string]map[*Watch]bool // by scope
	stale map[*Watch]bool            // whose scopes are to be read; new ones, too
	seen  int64                      // the commit up to which everybody was told
}

func newPokes() *pokes {
	return &pokes{
		look: make(chan struct{}, 1), of: map[string]map[*Watch]bool{}, in: map[string]map[*Watch]bool{}, stale: map[*Watch]bool{},
	}
}

// Watch is somebody who waits for news. He is woken at once and then when a scope that he holds was touched or what he
// holds has changed. News that come while he is busy are one.
type Watch struct {
	by     Identity
	pokes  *pokes
	scopes []string
	woken  chan int64
}

// Watch begins to wait for news in the name of a user and device. Close must be called.
func (h *Hub) Watch(by Identity) *Watch {
	w := &Watch{by: by, pokes: h.pokes, woken: make(chan int64, 1)}
	h.pokes.mu.Lock()
	put(h.pokes.of, by.User, w)
	h.pokes.stale[w] = true
	h.pokes.mu.Unlock()
	h.Look()
	return w
}

// Woken gives the number of a commit up to which there may be news.
func (w *Watch) Woken() <-chan int64 { return w.woken }

// Close ends the waiting.
func (w *Watch) Close() {
	w.pokes.mu.Lock()
	defer w.pokes.mu.Unlock()
	drop(w.pokes.of, w.by.User, w)
	delete(w.pokes.stale, w)
	w.pokes.place(w, nil)
}

// Look says that there may be commits that were not told yet: by this process or by another one.
func (h *Hub) Look() {
	select {
	case h.pokes.look <- struct{}{}:
	default:
	}
}

// Ended is closed when the hub does not work any more.
func (h *Hub) Ended() <-chan struct{} { return h.ended }

// Active answers UNAUTHORIZED when the device's session was ended, the device was revoked or its user disabled.
func (h *Hub) Active(ctx context.Context, by Identity) error {
	return h.view(ctx, func(v *store.View) error { return active(v, by) })
}

// active is Active in a snapshot.
func active(v *store.View, by Identity) error {
	ok, err := v.DeviceActive(by.User, by.Device)
	if err == nil && !ok {
		err = fault.New(fault.Unauthorized)
	}
	return err
}

// broadcast tells the news until ctx ends. When the store cannot be read, the next look makes up for it.
func (h *Hub) broadcast(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.pokes.look:
		}
		if h.pokes.idle() {
			continue
		}
		err := h.view(ctx, h.pokes.tell)
		if err != nil && ctx.Err() == nil {
			h.log.Warn("pokes", slog.String("error", err.Error()))
		}
	}
}

// idle tells whether nobody waits. Whoever comes next is told all, so what was seen until now does not matter.
func (p *pokes) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.of) == 0
}

// tell wakes those for whom a snapshot has news.
func (p *pokes) tell(v *store.View) error {
	users, touched, err := p.news(v)
	if err != nil {
		return err
	}
	anew := map[*Watch][]string{}
	for _, w := range p.toRead(users) {
		if anew[w], err = v.ScopeNames(w.by.User); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	woken := map[*Watch]bool{}
	for w, scopes := range anew {
		if p.stale[w] { // else he has gone meanwhile
			delete(p.stale, w)
			p.place(w, scopes)
			woken[w] = true
		}
	}
	for _, scope := range touched {
		maps.Copy(woken, p.in[scope])
	}
	for w := range woken {
		w.wake(v.Head)
	}
	p.seen = v.Head
	return nil
}

// news names the users whose sight has changed since the last look, and the scopes that were touched.
func (p *pokes) news(v *store.View) (users, touched []string, err error) {
	if p.known() == 0 {
		return nil, nil, nil
	}
	if v.Head < p.seen { // another history: the store was restored under us
		p.seen = 0
	}
	if v.Rights > p.seen {
		if users, err = v.SightChanged(p.seen); err != nil {
			return nil, nil, err
		}
	}
	touched, err = v.TouchedScopes(p.seen)
	return users, touched, err
}

// known is how many scopes somebody waits for.
func (p *pokes) known() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.in)
}

// toRead lists those whose scopes are to be read, with those of the users whose sight has changed.
func (p *pokes) toRead(users []string) (list []*Watch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, user := range users {
		for w := range p.of[user] {
			p.stale[w] = true
		}
	}
	for w := range p.stale {
		list = append(list, w)
	}
	return list
}

// recheck wakes those whose session may have ended, so that they find out.
func (p *pokes) recheck(whose func(Identity) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, watches := range p.of {
		for w := range watches {
			if whose(w.by) {
				w.wake(p.seen)
			}
		}
	}
}

// place puts somebody under the scopes that he holds.
func (p *pokes) place(w *Watch, scopes []string) {
	for _, scope := range w.scopes {
		drop(p.in, scope, w)
	}
	w.scopes = scopes
	for _, scope := range scopes {
		put(p.in, scope, w)
	}
}

// wake leaves the newest number for somebody who is busy. It is called under the lock of the pokes.
func (w *Watch) wake(head int64) {
	select {
	case before := <-w.woken:
		head = max(head, before)
	default:
	}
	w.woken <- head
}

func put(in map[string]map[*Watch]bool, key string, w *Watch) {
	if in[key] == nil {
		in[key] = map[*Watch]bool{}
	}
	in[key][w] = true
}

func drop(in map[string]map[*Watch]bool, key string, w *Watch) {
	if delete(in[key], w); len(in[key]) == 0 {
		delete(in, key)
	}
}
