package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"yuzhou/desktop/book"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// smallPages makes answers of many pages.
func (d *desk) smallPages() *desk {
	d.t.Helper()
	d.s.Close()
	var err error
	if d.s, err = syncer.New(d.r, syncer.Options{PageRows: 40}); err != nil {
		d.t.Fatal(err)
	}
	return d
}

// save writes the sync file of a laptop that has no network.
func (d *desk) save() []byte {
	d.t.Helper()
	var file bytes.Buffer
	if _, err := d.s.SaveFile(&file); err != nil {
		d.t.Fatal(err)
	}
	return file.Bytes()
}

// answer answers a file at the server, which has no network either.
func (o *office) answer(file []byte) (answer []byte, done server.Answered, err error) {
	o.t.Helper()
	core, err := server.OpenCore(o.t.Context(), o.folder, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		o.t.Fatal(err)
	}
	var out bytes.Buffer
	done, err = core.AnswerFile(o.t.Context(), bytes.NewReader(file), &out, slog.New(slog.DiscardHandler))
	if closing := core.Close(); closing != nil {
		o.t.Fatal(closing)
	}
	return out.Bytes(), done, err
}

func (d *desk) read(file []byte) error {
	_, err := d.s.ReadFile(d.t.Context(), bytes.NewReader(file))
	return err
}

// carry is the whole way, there and back.
func (d *desk) carry() server.Answered {
	d.t.Helper()
	answer, done, err := d.o.answer(d.save())
	if err = errors.Join(err, d.read(answer)); err != nil {
		d.t.Fatal(err)
	}
	return done
}

func refusedAs(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("%s: %v, should be %s", what, err, code)
	}
}

// TestSyncByFile (SYNC-15, I1, I2, I3): a laptop without a network sends its changes and gets the others' by two files. What
// came that way is what would have come over the network, row for row, and nothing counts twice.
func TestSyncByFile(t *testing.T) {
	o := newOffice(t, 300)
	d, colleague := o.desk(daySeller), o.desk(dayColleague)
	d.smallPages()
	ids := d.mine()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pooled, err := colleague.b.IDs(book.Query{Kind: "customer", Pool: crm.PoolDefault, Sort: "id"})
	must(err)
	_, err = colleague.b.Ask(change.Claim, pooled[0], nil)
	must(err)
	colleague.sync()
	o.stop()

	for i := range 700 { // more than one push takes
		_, err := d.b.FollowUp(book.FollowUp{Customer: ids[i%len(ids)], Method: "visit", Content: fmt.Sprint("离线拜访 ", i)})
		must(err)
	}
	made, err := d.b.Create("customer", "", schema.Values{"name": "没有网络时新建的客户"})
	must(err)
	_, err = d.b.Create("contact", made, schema.Values{"name": "周新"})
	must(err)
	for _, id := range pooled[:2] { // the first is gone already
		_, err = d.b.Ask(change.Claim, id, nil)
		must(err)
	}
	file := d.save()
	first, done, err := o.answer(file)
	must(err)
	if done.Changes != 704 || done.Refused != 1 || done.Failed || done.User != "day-"+daySeller || done.Pages < 3 {
		t.Fatalf("%+v", done)
	}
	answer, done, err := o.answer(file) // the first answer was lost on its way
	must(err)
	if done.Changes != 704 || done.Refused != 1 {
		t.Fatalf("answered again: %+v", done)
	}
	must(d.b.Set("customer", ids[3], schema.Values{"remark": "文件在路上时写的"}))
	must(d.read(answer))
	for name, file := range map[string][]byte{"read twice": answer, "the answer that was lost": first} {
		refusedAs(t, name, d.read(file), fault.SyncFileStale)
	}
	row, _, err := d.b.Get("customer", ids[3])
	if err != nil || row.Text("remark") != "文件在路上时写的" {
		t.Fatal("what was typed meanwhile", row, err)
	}
	if n, err := d.r.Unsent(); n != 1 || err != nil {
		t.Fatal("unsent", n, err)
	}
	items, err := d.b.Tray()
	if err != nil || len(items) != 1 || items[0].Fault.Code != fault.AlreadyHeld {
		t.Fatalf("the claim that came too late: %+v %v", items, err)
	}
	if row, ok, err := d.b.Get("customer", pooled[1]); err != nil || !ok || row.Owner != "day-"+daySeller {
		t.Fatal("the claim that was granted", row, err)
	}
	if done := d.carry(); done.Changes != 1 {
		t.Fatalf("the second round: %+v", done)
	}
	o.open()
	same(t, "after two files", d.dump(), o.desk(daySeller).dump())
	counted, err := d.r.Children("followup", ids[0])
	must(err)
	seen := map[string]int{}
	for _, f := range counted {
		if seen[f.Text("content")]++; seen[f.Text("content")] > 1 && strings.HasPrefix(f.Text("content"), "离线拜访") {
			t.Fatal("there twice:", f.Text("content"))
		}
	}
}

// TestFirstSyncByFile (SYNC-15): a laptop that was set up in the office, and no more, gets its whole book by file. An answer
// that breaks off is gone on with.
func TestFirstSyncByFile(t *testing.T) {
	o := newOffice(t, 200)
	d := &desk{t: t, o: o, folder: t.TempDir()}
	d.start()
	t.Cleanup(d.end)
	d.signIn(daySeller)
	d.smallPages()
	o.stop()
	answer, done, err := o.answer(d.save())
	if err != nil || done.Pages < 3 {
		t.Fatalf("%+v %v", done, err)
	}
	for _, part := range []int{3, 2} {
		refusedAs(t, "a part of it", d.read(answer[:len(answer)*(part-1)/part]), fault.BadSyncFile)
	}
	if status, err := d.r.Status(); err != nil || status.Published {
		t.Fatal("half a book is no book", err)
	}
	if err := d.read(answer); err != nil {
		t.Fatal(err)
	}
	d.open()
	o.open()
	same(t, "the first sync", d.dump(), o.desk(daySeller).dump())
}

// TestSyncFilesAreForNobodyElse (SYNC-15, I6): a sync file shows nothing to whoever finds it, and changed, cut, under another
// login or on another laptop it has no effect.
func TestSyncFilesAreForNobodyElse(t *testing.T) {
	o := newOffice(t, 40)
	d, colleague := o.desk(daySeller), o.desk(dayColleague)
	ids := d.mine()
	o.stop()
	if err := d.b.Set("customer", ids[0], schema.Values{"remark": "canary-remark"}); err != nil {
		t.Fatal(err)
	}
	account, err := d.r.Account()
	if err != nil {
		t.Fatal(err)
	}
	file := d.save()
	answer, _, err := o.answer(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"canary-remark", account.Token, ids[0], account.User} {
		if bytes.Contains(file, []byte(secret)) || bytes.Contains(answer, []byte(secret)) {
			t.Fatalf("%s can be read in the file", secret)
		}
	}
	before := d.dump()
	head := bytes.IndexByte(answer[20:], '\n') + 20
	for _, at := range []int{0, 30, head - 5, head + 2, head + 40, len(answer) / 2, len(answer) - 30} {
		damaged := bytes.Clone(answer)
		damaged[at] ^= 1
		if err := d.read(damaged); err == nil {
			t.Fatalf("byte %d of %d was changed, and it was read", at, len(answer))
		}
		damaged = bytes.Clone(file)
		damaged[at%len(file)] ^= 1
		if _, _, err := o.answer(damaged); err == nil {
			t.Fatalf("byte %d of %d was changed, and it was answered", at, len(file))
		}
	}
	refusedAs(t, "more at the end of a request", second(o.answer(append(bytes.Clone(file), file...))), fault.BadSyncFile)
	refusedAs(t, "the request as its answer", d.read(file), fault.SyncFileStale)
	refusedAs(t, "an answer to the server", second(o.answer(answer)), fault.BadSyncFile)
	refusedAs(t, "something else", d.read([]byte(strings.Repeat("x", 5000))), fault.BadSyncFile)
	refusedAs(t, "nothing", second(o.answer(nil)), fault.BadSyncFile)
	colleague.save()
	refusedAs(t, "on another laptop", colleague.read(answer), fault.SyncFileStale)
	same(t, "after all that", d.dump(), before)

	o.open()
	d.signIn(daySeller)
	o.stop()
	refusedAs(t, "after another login", d.read(answer), fault.SyncFileLogin)
	refusedAs(t, "after another login, at the server", second(o.answer(file)), fault.SyncFileLogin)
	file = d.save()
	o.hub(func(ctx context.Context, h *hub.Hub) error { return h.RevokeDevice(ctx, hub.System, account.Device) })
	refusedAs(t, "of a revoked device", second(o.answer(file)), fault.Unauthorized)
}

func second(_ []byte, _ server.Answered, err error) error { return err }

// TestSyncFileMeetsTheNetwork (SYNC-15): a sync over the network that comes between makes an answer old, and loses nothing.
func TestSyncFileMeetsTheNetwork(t *testing.T) {
	o := newOffice(t, 40)
	d := o.desk(daySeller)
	ids := d.mine()
	if err := d.b.Set("customer", ids[0], schema.Values{"remark": "在文件里"}); err != nil {
		t.Fatal(err)
	}
	file := d.save()
	d.sync() // there is a network after all
	o.stop()
	answer, done, err := o.answer(file)
	if err != nil || done.Changes != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	refusedAs(t, "after a sync", d.read(answer), fault.SyncFileStale)
	o.open()
	d.sync()
	same(t, "after both", d.dump(), o.desk(daySeller).dump())
}

// TestSyncFileAfterARestore (SYNC-15, I1): what a restored server has forgotten comes back by file too.
func TestSyncFileAfterARestore(t *testing.T) {
	o := newOffice(t, 40)
	d := o.desk(daySeller)
	ids := d.mine()
	backup := o.backUp()
	if err := d.b.Set("customer", ids[0], schema.Values{"remark": "备份之后写的"}); err != nil {
		t.Fatal(err)
	}
	d.sync()
	o.restore(backup)
	o.stop()
	answer, _, err := o.answer(d.save())
	if err != nil {
		t.Fatal(err)
	}
	refusedAs(t, "of another history", d.read(answer), fault.EpochChanged)
	if done := d.carry(); done.Changes == 0 {
		t.Fatalf("nothing was offered again: %+v", done)
	}
	if row, _, err := d.b.Get("customer", ids[0]); err != nil || row.Text("remark") != "备份之后写的" {
		t.Fatal(row, err)
	}
	o.open()
	same(t, "after the restore", d.dump(), o.desk(daySeller).dump())
}
