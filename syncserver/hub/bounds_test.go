package hub

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// TestForgedTokens: whatever stands in a token, the laptop gets what its user may see and nothing else, and the server
// stays up. A token of another history is none.
func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, far := w.client(c.zhang), w.client(c.far)
	secret := w.customer(zhang.by, "不可外传", Values{"mobile": "13812345678"})
	w.put("pool", crm.PoolDefault, Values{"masked_fields": []string{"mobile"}, "departments": []string{c.sales}})
	w.release(zhang.by, w.customer(zhang.by, "公海里的", Values{"mobile": "13987654321"}))
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, secret, map[string]string{"to": c.wang})), change.Applied)
	head, err := w.h.Head(w.ctx())
	w.must(err)
	for i, change := range []func(*token){
		func(*token) {},
		func(p *token) { p.Base, p.Round = -5, -9 },
		func(p *token) { p.Base, p.Round, p.Seen, p.Start = math.MinInt64, head, head, head },
		func(p *token) { p.Scope, p.At = "owner:"+c.zhang, store.Position{Seq: -1} },
		func(p *token) {
			p.Scope, p.At = strings.Repeat("z", 10_000), store.Position{Seq: math.MaxInt64, Root: "x"}
		},
		func(p *token) { p.Done, p.Total = math.MaxInt64, math.MinInt64 },
		func(p *token) { p.First, p.Cursor, p.Start, p.Seen, p.Round = false, 0, 0, head, 0 },
		func(p *token) { p.Cursor, p.Start, p.Seen = head, head, head },
	} {
		p := token{User: c.far, Epoch: w.h.Epoch(), Start: head, Seen: head, Round: head, Total: -1}
		change(&p)
		text, err := p.text()
		w.must(err)
		out := wire.NewWriter()
		if err := w.h.Pull(w.ctx(), far.by, wire.Pull{Token: text}, out); err != nil && fault.CodeOf(err) != fault.Malformed {
			t.Errorf("%d: %v", i, err)
		}
		body, _, err := out.Close()
		w.must(err)
		lines, err := wire.NewReader(body, wire.MaxPageBytes)
		w.must(err)
		for {
			line, err := lines.Line()
			if err != nil {
				break
			}
			for _, word := range []string{secret, "不可外传", "1381234", "13987654321", "owner:" + c.zhang} {
				if strings.Contains(string(line), word) {
					t.Errorf("%d: %s in %s", i, word, line)
				}
			}
		}
		lines.Close()
	}
	old := token{User: c.far, Epoch: "before-the-restore", Start: head, Seen: head, Round: head}
	text, err := old.text()
	w.must(err)
	for _, x := range []struct {
		token string
		want  fault.Code
	}{
		{text, fault.EpochChanged},
		{base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("[", 20_000))), fault.Malformed},
	} {
		if err := w.h.Pull(w.ctx(), far.by, wire.Pull{Token: x.token}, wire.NewWriter()); fault.CodeOf(err) != x.want {
			t.Errorf("%v, want %s", err, x.want)
		}
	}
}

// TestRulesBiteTomorrow: whatever date an administrator gives, a rule that takes more than before takes nothing today
// (REC-17).
func TestRulesBiteTomorrow(t *testing.T) {
	w := newWorld(t)
	r := w.put("rule", "", Values{"name": "十天", "days": int64(10), "everybody": true, "effective_on": "2020-01-01"})
	if got := r.Text("effective_on"); got != "2026-11-03" {
		t.Errorf("a new rule in effect on %s", got)
	}
	r = w.put("rule", r.ID, Values{"effective_on": "2026-12-01"})
	if got := r.Text("effective_on"); got != "2026-12-01" {
		t.Errorf("put off to %s", got)
	}
	for _, v := range []Values{{"effective_on": "2020-01-01"}, {"effective_on": nil}, {"days": int64(5), "effective_on": "2026-11-02"}} {
		if got := w.put("rule", r.ID, v).Text("effective_on"); got != "2026-11-03" {
			t.Errorf("%v: in effect on %s", v, got)
		}
	}
	w.day("2026-11-20 10:00:00")
	if got := w.put("rule", r.ID, Values{"name": "五天"}).Text("effective_on"); got != "2026-11-03" {
		t.Errorf("a new name puts it off to %s", got)
	}
}

// TestManyGuessAtOnce: who guesses with many connections at once has no more tries than with one, and no more passwords
// are worked out at a time than there are processors: each takes 46 MiB.
func TestManyGuessAtOnce(t *testing.T) {
	w := newWorld(t)
	var wrong, told int
	var guard sync.Mutex
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			_, err := w.h.Login(w.ctx(), wire.Login{Login: "admin", Password: "wrong password", Device: "d"}, fmt.Sprint("10.0.0.", i))
			guard.Lock()
			defer guard.Unlock()
			switch fault.CodeOf(err) {
			case fault.BadLogin:
				wrong++
			case fault.TooManyTries:
				told++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most := freeAccount + cap(w.h.gate.turns); wrong > most || wrong+told != 200 {
		t.Errorf("%d passwords were tried, %d were put off; at most %d may be tried", wrong, told, most)
	}
	if _, err := w.login(strings.Repeat("渔", 60), "wrong password", "d"); fault.CodeOf(err) != fault.BadLogin {
		t.Errorf("a long Chinese login: %v", err)
	}
}

// TestMergedTextStaysShort: two texts that fit each but not together are for people to decide about.
func TestMergedTextStaysShort(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.device(c.zhang), w.device(c.manager)
	id := w.customer(zhang, "恒达机械", Values{"remark": "甲\n乙\n丙"})
	long := strings.Repeat("长", 3000)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "remark", "甲\n乙\n丙", long+"\n乙\n丙")), change.Applied)
	w.outcome(w.one(manager, w.edit("customer", id, id, "remark", "甲\n乙\n丙", "甲\n乙\n"+long)), change.Conflict)
	if got := w.record("customer", id).Text("remark"); got != long+"\n乙\n丙" {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

// TestARootFitsIntoAPage: a page never cuts a root, so nobody may make one that no laptop could read: everybody who sees
// it would never sync again (I12).
func TestARootFitsIntoAPage(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.device(c.zhang), w.device(c.manager)
	id := w.customer(zhang, "恒达机械", nil)
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		filler := strings.Repeat("长", 40<<10)
		for range maxRootBytes/(120<<10) - 3 {
			if err := k.tx.Put(schema.Record{Kind: "contact", ID: w.id(), Root: id, Values: Values{"name": "陈", "filler": filler}}); err != nil {
				return err
			}
		}
		return nil
	})
	w.must(err)
	refused := 0
	for i := range 4 {
		var batch []Mutation
		for range 3 {
			m := w.followup(zhang, id, "visit", monday)
			m.Set["content"], m.Set["extra"] = strings.Repeat("长", 5000), strings.Repeat("x", 60<<10)
			batch = append(batch, m.Sealed())
		}
		for _, r := range w.push(zhang, batch...) {
			if r.Outcome == change.Refused {
				w.refused(r, fault.TooLarge)
				refused++
			} else if refused > 0 {
				t.Errorf("batch %d: there is room again", i)
			}
		}
	}
	if refused == 0 || refused == 12 {
		t.Errorf("%d of 12 were refused", refused)
	}
	for token := ""; ; {
		out := wire.NewWriter()
		w.must(w.h.Pull(w.ctx(), manager, wire.Pull{Token: token}, out))
		if out.Size() > wire.MaxPageBytes {
			t.Errorf("a page of %d bytes", out.Size())
		}
		body, _, err := out.Close()
		w.must(err)
		if token = endToken(t, body); token == "" {
			return
		}
	}
}

// endToken is the token with which the last line of a page says that there is more.
func endToken(t *testing.T, body []byte) string {
	t.Helper()
	lines, err := wire.NewReader(body, wire.MaxPageBytes)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	var last []byte
	for {
		line, err := lines.Line()
		if err != nil {
			break
		}
		last = append(last[:0], line...)
	}
	var frame wire.Frame
	if err := json.Unmarshal(last, &frame); err != nil || frame.End == nil {
		t.Fatalf("a page without its end: %v", err)
	}
	return frame.End.Token
}
