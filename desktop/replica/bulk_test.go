package replica

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// dump is everything a replica holds, table by table in the order in which it lies there.
func dump(t testing.TB, r *Replica) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := r.view(func(c *conn) error {
		tables, err := c.strings("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
		for _, name := range tables {
			var b strings.Builder
			for _, row := range rowsOf(t, c, quote(name)) {
				for _, v := range row {
					fmt.Fprintf(&b, "%T %q|", v, fmt.Sprint(v))
				}
				b.WriteByte('\n')
			}
			all[name] = b.String()
		}
		indexes, err2 := c.strings("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
		all["indexes"] = strings.Join(indexes, "\n")
		if err == nil {
			err = err2
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// takeBulk takes a page as a syncer does and tells whether it went by an image.
func takeBulk(t testing.TB, r *Replica, body []byte) (Applied, bool) {
	t.Helper()
	u, err := Unpack(body)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Read(u, true)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Take(p, "epoch")
	if err != nil {
		t.Fatal(err)
	}
	return out, p.bulk != nil
}

func takeLines(t testing.TB, r *Replica, body []byte) Applied {
	t.Helper()
	p, err := r.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Take(p, "epoch")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var texts = []string{"", "苏州恒达", "a\"b\\c'd", "x\x00y", "多行\n\u2028é", "+86 138-5551-2345", "ＡＢＣ１２３", "%_\x1f", "owner", "null", strings.Repeat("长", 25_000)}

// rarely is true about once in n times: a drawn number is small or large more often than in between.
func rarely(t *rapid.T, what string, n int) bool {
	return rapid.IntRange(0, n-1).Draw(t, what) == n*2/3
}

// drawField draws a value for a field: mostly of its type, sometimes of another.
func drawField(t *rapid.T, f schema.Field) any {
	if rarely(t, "odd", 10) {
		return rapid.SampledFrom([]any{
			nil, "x", int64(5), true, false,
			[]string{"b", "a"},
			[]string{},
			json.RawMessage("1.5"),
			json.RawMessage(`{"a":[1,{"b":"}"}]}`), json.RawMessage("9223372036854775808"), "",
		}).Draw(t, "odd value")
	}
	switch {
	case isFlag(f.Type):
		return rapid.Bool().Draw(t, f.Name)
	case isSet(f.Type):
		return rapid.SampledFrom([][]string{{}, {"价格敏感"}, {"b", "a\""}}).Draw(t, f.Name)
	case f.Type.Column() == schema.IntegerColumn:
		return rapid.SampledFrom(numbers).Draw(t, f.Name)
	}
	if !rarely(t, "long", 400) {
		return rapid.SampledFrom(texts[:len(texts)-1]).Draw(t, f.Name)
	}
	return texts[len(texts)-1]
}

// drawRow draws a record of a kind, which this program may not know.
func drawRow(t *rapid.T, kind, id string, seq int64) wire.Frame {
	w := wire.Row{Kind: kind, ID: id, Seq: seq, Body: schema.Values{}}
	if k := crm.ByName(kind); k != nil {
		for _, f := range k.Fields {
			if rapid.Bool().Draw(t, "has") {
				w.Body[f.Name] = drawField(t, f)
			}
			if rarely(t, "masked", 30) {
				w.Masked = append(w.Masked, f.Name)
			}
		}
	}
	if rarely(t, "newer", 6) {
		w.Body["a newer \"field\""] = rapid.SampledFrom([]any{"x", int64(3), []string{"y"}, json.RawMessage("[1.5]")}).Draw(t, "value")
	}
	return wire.Frame{Row: &w}
}

// drawSync draws the pages of a first sync: company, customers that are new, now and then one that comes again, a row
// that is deleted, a scope that goes.
func drawSync(t *rapid.T, s *server) (pages [][]wire.Frame) {
	var ids []string
	seq, made := int64(100), 0
	id := func(kind string) string { made++; return fmt.Sprintf("%s-%04d", kind, made) }
	add := func(kind, id string) wire.Frame { seq++; return drawRow(t, kind, id, seq) }
	pages = append(pages, list(s.grant(about, false), s.grant(mine, false), s.company()))
	if rapid.Bool().Draw(t, "pool later") {
		pages = append(pages, list(s.grant(fair, true)))
	}
	for range rapid.IntRange(1, 3).Draw(t, "pages") {
		var page []wire.Frame
		for range rapid.IntRange(0, 6).Draw(t, "customers") {
			root := wire.Root{Join: !rarely(t, "changed", 10), In: rapid.SampledFrom([][]string{{mine}, {mine}, {mine, fair}, {fair}, {"unheard"}}).Draw(t, "in")}
			if len(ids) > 0 && rarely(t, "again", 20) {
				root.ID, root.Join = rapid.SampledFrom(ids).Draw(t, "which"), true
				if rarely(t, "out", 3) {
					root.In, root.Out, root.Join = nil, []string{mine, fair}, false
				}
			} else {
				root.ID = id("c")
				ids = append(ids, root.ID)
			}
			page = append(page, wire.Frame{Root: &root})
			if len(root.Out) > 0 {
				continue
			}
			rows := []wire.Frame{add("customer", root.ID)}
			if !rarely(t, "free", 5) {
				rows = append(rows, add("holding", root.ID))
			}
			for _, kind := range []string{"contact", "followup", "task", "holding_change", "newer_kind"} {
				for range rapid.IntRange(0, 2).Draw(t, kind) {
					rows = append(rows, add(kind, id(kind)))
				}
			}
			if rarely(t, "deletes", 40) {
				rows = append(rows, wire.Frame{Row: &wire.Row{Kind: "contact", ID: id("k"), Seq: seq, Deleted: true}})
			}
			if rapid.Bool().Draw(t, "backwards") {
				slices.Reverse(rows)
			}
			page = append(page, rows...)
		}
		if rarely(t, "drop", 15) {
			page = append(page, wire.Frame{Drop: &wire.Drop{Scope: fair}})
		}
		pages = append(pages, page)
	}
	return pages
}

// TestBulkLikeLines: a first sync by images leaves byte for byte the replica that it leaves row by row, wherever it was
// cut and gone on with.
func TestBulkLikeLines(t *testing.T) {
	images, pagesTaken := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		pages := drawSync(rt, newServer(t))
		fast, slow := laptop(t), laptop(t)
		for i, page := range pages {
			end := wire.Frame{End: &wire.End{More: true, Token: fmt.Sprint(i)}}
			if i == len(pages)-1 {
				end = wire.Frame{End: &wire.End{Cursor: "epoch.999"}}
			}
			text := body(t, append(page, end)...)
			got, image := takeBulk(t, fast, text)
			if image {
				images++
			}
			pagesTaken++
			if want := takeLines(t, slow, text); got.Rows != want.Rows || got.Done != want.Done || got.Left != want.Left {
				rt.Fatalf("page %d: %+v, row by row %+v", i, got, want)
			}
			if rarely(rt, "closed", 4) {
				dir := fast.Dir()
				if err := fast.Close(); err != nil {
					rt.Fatal(err)
				}
				fast = reopen(t, dir)
			}
			gotAll, wantAll := dump(t, fast), dump(t, slow)
			for name, want := range wantAll {
				if gotAll[name] != want {
					rt.Fatalf("after page %d, %s:\n%.2000s\nrow by row:\n%.2000s", i, name, gotAll[name], want)
				}
			}
		}
		if err := fast.Close(); err != nil {
			rt.Fatal(err)
		}
		if err := slow.Close(); err != nil {
			rt.Fatal(err)
		}
	})
	if images*3 < pagesTaken {
		t.Errorf("only %d of %d pages were images", images, pagesTaken)
	}
}

// TestBulkGoesRowByRow says which pages are no image: each for what it brings beside new roots.
func TestBulkGoesRowByRow(t *testing.T) {
	plain := func(id string) []wire.Frame {
		return []wire.Frame{
			{Root: &wire.Root{ID: id, In: []string{mine}, Join: true}},
			{Row: &wire.Row{Kind: "customer", ID: id, Seq: 5, Body: schema.Values{"name": "甲"}}},
		}
	}
	huge := schema.Values{"content": strings.Repeat("x", imagePage)}
	for what, c := range map[string]struct {
		frames []wire.Frame
		image  bool
	}{
		"new roots":       {list(plain("n1"), plain("n2")), true},
		"a grant":         {list(wire.Frame{Grant: &wire.Grant{Scope: "owner:x"}}, plain("n1")), true},
		"a newer frame":   {list(wire.Frame{}, plain("n1")), true},
		"nothing":         {nil, true},
		"here already":    {list(plain("n1"), plain("c1")), false},
		"twice":           {list(plain("n1"), plain("n1")), false},
		"a drop":          {list(plain("n1"), wire.Frame{Drop: &wire.Drop{Scope: fair}}), false},
		"a late grant":    {list(plain("n1"), wire.Frame{Grant: &wire.Grant{Scope: "owner:x"}}), false},
		"a span":          {list(wire.Frame{Span: &wire.Span{Scope: mine}}, plain("n1")), false},
		"a deleted row":   {list(plain("n1"), wire.Frame{Row: &wire.Row{Kind: "task", ID: "t", Seq: 6, Deleted: true}}), false},
		"the directory":   {list(plain("n1"), wire.Frame{Root: &wire.Root{ID: "r2", In: []string{about}}}, wire.Frame{Row: &wire.Row{Kind: "rule", ID: "r2", Seq: 6}}), false},
		"out of a scope":  {list(plain("n1"), wire.Frame{Root: &wire.Root{ID: "c1", Out: []string{mine}}}), false},
		"a very long row": {list(plain("n1"), wire.Frame{Row: &wire.Row{Kind: "followup", ID: "f", Seq: 6, Body: huge}}), false},
	} {
		r, s := laptop(t), newServer(t)
		takeBulk(t, r, body(t, list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company(), plain("c1"), more("1"))...))
		if _, image := takeBulk(t, r, body(t, append(c.frames, more("2"))...)); image != c.image {
			t.Errorf("%s: by an image: %v, want %v", what, image, c.image)
		}
	}
}

// TestBulkUnderEdits: what was typed before the file was lost lies on top of what a first sync brings, image or not.
func TestBulkUnderEdits(t *testing.T) {
	r, s := laptop(t), newServer(t)
	save(t, r, create("c1", "customer", "c1", schema.Values{"name": "甲"}), set("c1", "customer", "c1", schema.Values{"remark": "我的"}, nil))
	if err := r.change(durable, func(tx *tx) error { return errors.Join(tx.empty(), tx.exec("DELETE FROM shadow")) }); err != nil {
		t.Fatal(err)
	}
	takeBulk(t, r, body(t, list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company(), more("1"))...))
	takeBulk(t, r, body(t, list(s.customer("c1", "甲", me, nil), s.customer("c2", "乙", me, nil), s.end())...))
	want(t, "typed", get(t, r, "customer", "c1").Text("remark"), "我的")
	want(t, "of the server", get(t, r, "customer", "c2").Text("name"), "乙")
	want(t, "waiting", len(outbox(t, r)), 2)
}

// TestBulkCopiesWholeRows: while a replica is filled, SQLite copies the rows of every kind without taking them apart.
// The smallest difference between two declarations would make it three times as slow, silently.
func TestBulkCopiesWholeRows(t *testing.T) {
	r := laptop(t)
	shapes, err := r.shapes()
	if err != nil {
		t.Fatal(err)
	}
	m := newImage(0)
	for name, s := range shapes {
		m.sheet(name, s.create)
	}
	want(t, "tables", len(shapes), len(r.tables)+1)
	file, ok := m.finish()
	if !ok {
		t.Fatal("no image")
	}
	c := r.write
	if err := c.plain("ATTACH ':memory:' AS " + attached); err != nil {
		t.Fatal(err)
	}
	if err := c.c.Deserialize(file, attached); err != nil {
		t.Fatal(err)
	}
	if err := r.change(filling, (*tx).dropIndexes); err != nil {
		t.Fatal(err)
	}
	for name := range shapes {
		whole := false
		if err := c.query("EXPLAIN "+copying(name), nil, func(row []driver.Value) error {
			whole = whole || row[1] == "RowCell"
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if !whole {
			t.Errorf("%s is copied value by value", name)
		}
	}
	if err := r.detach(); err != nil {
		t.Fatal(err)
	}
}

// FuzzBulk: whatever lines a page has, it becomes a sound image only if it can also be read row by row.
func FuzzBulk(f *testing.F) {
	for _, seed := range []string{
		`{"grant":{"scope":"common"}}` + "\n" + `{"root":{"id":"c1","in":["owner:u"],"join":true}}` + "\n" +
			`{"row":{"k":"customer","i":"c1","q":5,"m":["name"],"b":{"name":"甲","tags":["a"],"x":1.5}}}` + "\n" + `{"row":{"k":"holding","i":"c1","q":5,"b":{"owner":"u"}}}` + "\n" + `{"end":{}}` + "\n",
		`{"root":{"id":"c1","in":["a","b"],"x":{}}}` + "\n" + `{"row":{"k":"newer","i":"o","q":1,"b":{"amount":1.5}}}` + "\n" + `{"end":{"more":true,"token":"t"}}` + "\n",
		`{"root":{"id":"c1","in":"a"}}` + "\n" + `{"end":{}}` + "\n", `{"row":{"k":"task"}}` + "\n" + `{"end":{}}` + "\n", "\n", `{"root":{`,
	} {
		f.Add(seed)
	}
	r := laptop(f)
	d := EmptyDirectory()
	f.Fuzz(func(t *testing.T, lines string) {
		if !strings.HasSuffix(lines, "\n") {
			lines += "\n"
		}
		b, err := r.readBulk(lines)
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			return
		}
		if _, err := r.Read(&Unpacked{text: lines}, false); err != nil {
			t.Fatalf("an image of what cannot be read: %v", err)
		}
		if file, ok := b.finish(d, noon); ok {
			opened(t, file)
		}
	})
}
