package replica

import (
	"database/sql/driver"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// The size of the book that benchmarks work on; YUZHOU_BENCH_CUSTOMERS makes it another.
const (
	benchCustomers = 100_000
	benchFollowUps = 3 // a customer
)

// benchPages makes the pages of a first sync of a book of the usual size.
func benchPages(b *testing.B, customers int) (pages [][]byte, rows int) {
	b.Helper()
	data, err := os.ReadFile("../../assets/presets/regions.json")
	if err != nil {
		b.Fatal(err)
	}
	regions, err := crm.ParseRegions(data)
	if err != nil {
		b.Fatal(err)
	}
	names, err := os.ReadFile("../../assets/presets/names.txt")
	if err != nil {
		b.Fatal(err)
	}
	book, err := sample.New(sample.Config{
		Seed: 42, Customers: customers, FollowUps: customers * benchFollowUps, Tasks: customers / 2, Users: []string{me}, Names: strings.Fields(string(names)),
		Regions: regions, Now: noon, Zone: time.FixedZone("CST", 8*60*60),
	})
	if err != nil {
		b.Fatal(err)
	}
	s := newServer(b)
	w, n, seq := wire.NewWriter(), 0, int64(0)
	line := func(f wire.Frame) {
		if err := w.Line(f); err != nil {
			b.Fatal(err)
		}
	}
	cut := func(end wire.End) {
		line(wire.Frame{End: &end})
		body, _, err := w.Close()
		if err != nil {
			b.Fatal(err)
		}
		pages = append(pages, body)
		w, n = wire.NewWriter(), 0
	}
	for _, f := range list(s.grant(about, false), s.grant(mine, false), s.company()) {
		line(f)
	}
	row := func(r schema.Record) {
		seq++
		n++
		rows++
		line(wire.Frame{Row: &wire.Row{Kind: r.Kind, ID: r.ID, Seq: seq, Body: r.Values}})
	}
	for t := range book.All() {
		line(wire.Frame{Root: &wire.Root{ID: t.Customer.ID, In: []string{mine}}})
		row(t.Customer)
		row(t.Holding)
		for _, c := range t.Children {
			row(c)
		}
		if n >= wire.MaxPageRows {
			cut(wire.End{More: true, Token: fmt.Sprint(len(pages))})
		}
	}
	cut(wire.End{Cursor: "e.1"})
	return pages, rows
}

func benchLaptop(b *testing.B) *Replica {
	b.Helper()
	r, err := Open(b.TempDir(), clock.At(noon))
	if err != nil {
		b.Fatal(err)
	}
	if err := r.SetAccount(Account{User: me, Device: newID()}); err != nil {
		b.Fatal(err)
	}
	return r
}

// rawInsert is the yardstick: the same rows, decoded before the clock starts, into the same tables with their indexes,
// in the order of the pages, by prepared statements in one transaction.
func rawInsert(b *testing.B, pages [][]byte) time.Duration {
	b.Helper()
	r := benchLaptop(b)
	var rows []*row
	for _, body := range pages {
		p, err := r.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range p.steps {
			if s.root != nil {
				rows = append(rows, s.root.rows...)
			}
		}
	}
	none := make([]driver.Value, len(derivedColumns))
	started := clock.System()
	err := r.change(relaxed, func(t *tx) error {
		t.loading = true
		var args []driver.Value
		for _, w := range rows {
			args = w.args(args, none[:len(w.t.local)])
			if err := t.exec(w.t.insert, args...); err != nil {
				return err
			}
		}
		return nil
	})
	taken := clock.System().Sub(started)
	if err != nil {
		b.Fatal(err)
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
	return taken
}

// BenchmarkFirstSync is decoding and applying a whole first sync, as a ratio to the raw insert of the same rows.
func BenchmarkFirstSync(b *testing.B) {
	pages, rows := benchPages(b, benchCustomers)
	var raw, full, decode time.Duration
	for b.Loop() {
		raw += rawInsert(b, pages)
		r := benchLaptop(b)
		started := clock.System()
		decoded := make(chan *Page, 1)
		go func() { // the next page is decoded while one is written, as the syncer does
			defer close(decoded)
			for _, body := range pages {
				before := clock.System()
				u, err := Unpack(body)
				if err != nil {
					b.Error(err)
					return
				}
				p, err := r.Read(u, true)
				if err != nil {
					b.Error(err)
					return
				}
				decode += clock.System().Sub(before)
				decoded <- p
			}
		}()
		for p := range decoded {
			if _, err := r.Take(p, "e"); err != nil {
				b.Fatal(err)
			}
		}
		full += clock.System().Sub(started)
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(full)/float64(raw), "ratio")
	b.ReportMetric(raw.Seconds()/float64(b.N), "raw-s")
	b.ReportMetric(full.Seconds()/float64(b.N), "full-s")
	b.ReportMetric(decode.Seconds()/float64(b.N), "decode-s")
	b.ReportMetric(float64(rows), "rows")
}

// BenchmarkReads are lists, pages and searches of a book of the usual size.
func BenchmarkReads(b *testing.B) {
	pages, _ := benchPages(b, benchCustomers)
	r := benchLaptop(b)
	defer func() { _ = r.Close() }()
	for _, body := range pages {
		p, err := r.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.Take(p, "e"); err != nil {
			b.Fatal(err)
		}
	}
	mineOnly := []Cond{{Column: "owner", Op: Is, Value: me}}
	ids, err := r.IDs(Filter{Kind: "customer", Where: mineOnly})
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]Filter{
		"next":  {Kind: "customer", Where: mineOnly, Order: []Order{{Column: "next_contact_at"}}},
		"name":  {Kind: "customer", Where: mineOnly, Order: []Order{{Column: "name"}}},
		"level": {Kind: "customer", Where: mineOnly, Order: []Order{{Column: "level", Keys: []string{"a", "b", "c"}}}},
		"text":  {Kind: "customer", Where: mineOnly, Match: "hengda", Order: []Order{{Column: "name"}}},
	} {
		b.Run("IDs/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.IDs(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Rows", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			from := i * 100 % (len(ids) - 100)
			if _, err := r.Records("customer", ids[from:from+100]); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, text := range []string{"hd", "恒达", "有限公司", "1385551", "找不到的"} {
		b.Run("Find/"+text, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Find(text, []string{"customer", "contact", "task"}, 20); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
