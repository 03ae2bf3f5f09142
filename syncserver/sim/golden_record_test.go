package sim

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"yuzhou/desktop/syncer"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// goldenStory names what stands in a recording: ids are random, so the test that plays it must be told them.
type goldenStory struct {
	Protocol int               `json:"protocol"`
	Now      int64             `json:"now"` // Unix ms
	User     string            `json:"user"`
	Token    string            `json:"token"`
	Replica  string            `json:"replica"`
	Roots    map[string]string `json:"roots"` // customers, by their names
	Others   map[string]string `json:"others"`
}

// goldenPull is one request of the recorded program with its answer.
type goldenPull struct {
	Ask    json.RawMessage   `json:"ask"`
	Header map[string]string `json:"header"`
	Lines  []json.RawMessage `json:"lines"`
}

// TestRecordGolden writes a recording of this program's protocol into the folder YUZHOU_GOLDEN: see
// testdata/golden/README.md. It is run once for every release.
func TestRecordGolden(t *testing.T) {
	dir := os.Getenv("YUZHOU_GOLDEN")
	if dir == "" {
		t.Skip("records only when YUZHOU_GOLDEN names a folder")
	}
	o := openOffice(t)
	o.must(os.MkdirAll(dir, 0o755))
	zhang, wang, li := o.laptop("zhang"), o.laptop("wang"), o.laptop("li")
	account, err := zhang.r.Account()
	o.must(err)
	story := goldenStory{
		Protocol: wire.Protocol, Now: o.now.Load(), User: zhang.me, Token: account.Token, Replica: account.Device,
		Roots: map[string]string{}, Others: map[string]string{},
	}
	before := goldenBefore(o, &story, zhang, wang, li)
	goldenOutbox(o, &story, zhang, li)
	// What a laptop asks that begins, that goes on with a page, and that was away since the morning.
	pulls := goldenPulls(o, account.Token, []wire.Pull{
		{Protocol: wire.Protocol}, {Protocol: wire.Protocol, Limit: 60}, {Protocol: wire.Protocol, Cursor: before},
	})
	goldenKeep(o, filepath.Join(zhang.dir, "replica.db"), filepath.Join(dir, "replica.db.zst"))
	goldenKeep(o, o.path, filepath.Join(dir, "server.db.zst"))
	o.must(os.WriteFile(filepath.Join(dir, "push.zst"), goldenPush(zhang), 0o600))
	goldenWrite(o, filepath.Join(dir, "story.json"), story)
	goldenWrite(o, filepath.Join(dir, "pulls.json"), pulls)
}

func goldenWrite(o *office, path string, what any) {
	text, err := json.Marshal(what)
	o.must(err)
	o.must(os.WriteFile(path, append(text, '\n'), 0o600))
}

// goldenBefore is what everybody has in common before the line of zhang breaks; it gives the cursor he then has.
func goldenBefore(o *office, story *goldenStory, zhang, wang, li *laptop) string {
	for _, n := range []string{"甲", "乙", "丙", "丁", "戊", "己"} {
		story.Roots[n] = zhang.customer(n+"有限公司", schema.Values{"mobile": "13862904417", "tags": []string{"旧"}, "remark": "一\n二\n三\n四", "level": "a"})
	}
	contact, err := zhang.Create("contact", story.Roots["甲"], schema.Values{"name": "陈明", "position": "采购"})
	o.must(err)
	story.Others["contact"] = contact
	story.Others["gone"], err = zhang.Create("task", story.Roots["丁"], schema.Values{"title": "打电话"})
	o.must(err)
	story.Roots["庚"] = wang.customer("庚有限公司", schema.Values{"mobile": "13900001111", "remark": "秘密"})
	wang.sync()
	wang.ask(change.Release, story.Roots["庚"], released)
	settle(zhang, wang, li)
	status, err := zhang.r.Status()
	o.must(err)
	li.ask(change.Transfer, story.Roots["己"], map[string]string{"to": wang.me})
	settle(li, zhang) // 己 left: the tray says so
	return status.Cursor
}

// goldenOutbox leaves in the outbox of zhang an entry of every sort, in every state.
func goldenOutbox(o *office, story *goldenStory, zhang, li *laptop) {
	root := story.Roots
	zhang.set("customer", root["甲"], schema.Values{"region": "苏州"})
	zhang.line.pulls.Store(0)
	zhang.line.cutAt.Store(1)
	zhang.trySync() // answered, but its effect has not come back
	zhang.line.cutAt.Store(0)
	story.Others["sent"] = zhang.talk(root["甲"], "电话里说好了")
	zhang.line.lose.Store(1)
	zhang.trySync() // sent and taken, but the answer was lost
	zhang.unplug()
	li.sync()
	li.set("customer", root["丙"], schema.Values{"name": "丙股份有限公司"})
	li.set("customer", root["乙"], schema.Values{"tags": []string{"旧", "李"}, "remark": "一\n二\n三\n四\n李写的"})
	li.sync()

	story.Roots["辛"] = zhang.customer("辛有限公司", schema.Values{"mobile": "13700002222", "tags": []string{"新"}})
	create := func(kind, customer string, v schema.Values) string {
		id, err := zhang.Create(kind, customer, v)
		o.must(err)
		return id
	}
	story.Others["new contact"] = create("contact", root["辛"], schema.Values{"name": "王五", "primary": true})
	story.Others["new visit"] = zhang.talk(root["辛"], "第一次上门")
	story.Others["task"] = create("task", root["甲"], schema.Values{"title": "寄样品", "list": "today", "due_at": o.now.Load()})
	story.Others["alone"] = create("task", "", schema.Values{"title": "报销"})
	zhang.set("customer", root["乙"], schema.Values{"tags": []string{"旧", "张"}, "remark": "张写的\n一\n二\n三\n四", "level": ""})
	zhang.set("customer", root["丙"], schema.Values{"name": "丙集团"}) // li was first
	zhang.set("contact", story.Others["contact"], schema.Values{"position": "采购经理"})
	zhang.set("contact", story.Others["contact"], schema.Values{"position": "采购总监"})
	o.must(zhang.Delete("task", story.Others["gone"]))
	zhang.ask(change.Release, root["戊"], released)
	zhang.ask(change.Claim, root["庚"], map[string]string{"pool": zhang.row("customer", root["庚"]).Pool})
}

// goldenPulls asks as a laptop does, each question to its last page.
func goldenPulls(o *office, token string, asks []wire.Pull) (all []goldenPull) {
	for _, ask := range asks {
		for {
			text, err := json.Marshal(ask)
			o.must(err)
			header, lines := goldenAsk(o, token, text)
			all = append(all, goldenPull{text, header, lines})
			var last wire.Frame
			o.must(json.Unmarshal(lines[len(lines)-1], &last))
			if last.End == nil {
				o.t.Fatalf("an answer without its end: %s", lines[len(lines)-1])
			}
			if ask.Token = last.End.Token; !last.End.More {
				break
			}
		}
	}
	return all
}

// goldenAsk sends one pull as it stands and gives the lines of the answer as they stand.
func goldenAsk(o *office, token string, ask []byte) (header map[string]string, lines []json.RawMessage) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.url+"/api/v1/pull", bytes.NewReader(ask))
	o.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	o.must(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	o.must(err)
	if res.StatusCode != http.StatusOK {
		o.t.Fatalf("%s was answered with %d: %s", ask, res.StatusCode, body)
	}
	header = map[string]string{}
	for _, name := range []string{"Content-Type", wire.HeaderEpoch, wire.HeaderTime} {
		header[name] = res.Header.Get(name)
	}
	want(o.t, "the digest", res.Header.Get(wire.HeaderDigest), wire.Digest(body))
	r, err := wire.NewReader(body, wire.MaxPageBytes)
	o.must(err)
	defer r.Close()
	for {
		var line json.RawMessage
		if err := r.Next(&line); err == io.EOF { //nolint:errorlint // Next says so itself
			return header, lines
		} else if err != nil {
			o.t.Fatal(err)
		}
		lines = append(lines, line)
	}
}

// goldenKeep copies a database that is open, packed and without its free pages.
func goldenKeep(o *office, path, to string) {
	small := filepath.Join(o.t.TempDir(), "small.db")
	goldenCopy(o, path, small)
	data, err := os.ReadFile(small)
	o.must(err)
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	o.must(err)
	o.must(os.WriteFile(to, z.EncodeAll(data, nil), 0o600))
}

// goldenCopy copies a database that is open.
func goldenCopy(o *office, path, to string) {
	db, err := sql.Open("sqlite3", "file:"+path)
	o.must(err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(o.t.Context(), "VACUUM INTO ?", to)
	o.must(err)
}

// pushTrap keeps the first push that it meets, and lets nothing through.
type pushTrap struct{ body []byte }

// RoundTrip implements http.RoundTripper.
func (p *pushTrap) RoundTrip(req *http.Request) (*http.Response, error) {
	if p.body == nil && strings.HasSuffix(req.URL.Path, "/push") {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		p.body = body
	}
	return nil, errUnplugged
}

// goldenPush is the body in which the laptop would have sent its outbox.
func goldenPush(l *laptop) []byte {
	trap := &pushTrap{}
	y, err := syncer.New(l.r, syncer.Options{Client: &http.Client{Transport: trap}})
	l.o.must(err)
	defer y.Close()
	if _, err := y.Once(l.t.Context()); err == nil || trap.body == nil {
		l.t.Fatalf("nothing was pushed: %v", err)
	}
	return trap.body
}
