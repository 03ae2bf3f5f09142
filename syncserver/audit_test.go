package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// The history of a company is whole, also while a server has it open; a line that somebody alters past the server is found,
// its commit named, in words and for a script (I13).
func TestAuditVerify(t *testing.T) {
	data := company(t)
	where := filepath.Join(data, server.DatabaseFile)
	beside, err := store.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = beside.Close() }()
	var first, second verified
	done(t, typedLine(t, "audit", "verify", "--data", data, "--json"), &first)
	if first.Lines == 0 || first.Commits == 0 || first.Older != 0 || first.Head.Seq == 0 || len(first.Found) != 0 {
		t.Fatalf("%+v", first)
	}
	done(t, typedLine(t, "admin", "user", "disable", "lina", "--data", data))
	done(t, typedLine(t, "audit", "verify", "--data", data, "--head", written(first.Head), "--json"), &second)
	if second.Head.Seq <= first.Head.Seq || second.Lines <= first.Lines {
		t.Errorf("%+v, then %+v", first, second)
	}
	if got := typedLine(t, "audit", "verify", "--data", data); got.code != exitDone || !strings.Contains(got.out, written(second.Head)) {
		t.Errorf("%+v", got)
	}

	db := postgrestest.Look(t, where)
	if _, err := db.ExecContext(t.Context(), `UPDATE history SET by = 'somebody else' WHERE n = (SELECT max(n) FROM history WHERE seq = ?)`, second.Head.Seq); err != nil {
		t.Fatal(err)
	}
	var found verified
	got := typedLine(t, "audit", "verify", "--data", data, "--json")
	done(t, answer{out: got.out}, &found)
	if want := (store.Break{Seq: second.Head.Seq, What: store.FoundChanged}); got.code != exitFailed || len(found.Found) != 1 || found.Found[0] != want {
		t.Errorf("code %d, %+v, want %+v", got.code, found, want)
	}
	for _, lang := range []string{chinese, english} {
		got := typedLine(t, "audit", "verify", "--data", data, "--lang", lang)
		if name := written(second.Head)[:strings.Index(written(second.Head), ":")]; got.code != exitFailed || !strings.Contains(got.err, name) || !strings.Contains(got.out, name) || strings.Contains(got.out+got.err, "server.") {
			t.Errorf("%s: %+v", lang, got)
		}
	}
}

// A head that is not in the chain makes the command fail, one that is not written like a head is not tried; each finding has
// its words in both languages.
func TestAuditHead(t *testing.T) {
	data := company(t)
	other := "1:" + strings.Repeat("ab", 32)
	if got := typedLine(t, "audit", "verify", "--data", data, "--head", other); got.code != exitFailed || !strings.Contains(got.out, "Commit 1: the link that was noted is not in the chain") {
		t.Errorf("%+v", got)
	}
	for _, head := range []string{"x", "1", "0:" + strings.Repeat("ab", 32), "1:ab"} {
		if got := typedLine(t, "audit", "verify", "--data", data, "--head", head); got.code != exitFailed || !strings.Contains(got.err, head+" is no head") {
			t.Errorf("%s: %+v", head, got)
		}
	}
	for _, lang := range []string{chinese, english} {
		words := keysOf(t, lang)
		for _, what := range []store.Finding{store.FoundChanged, store.FoundMissing, store.FoundAdded, store.FoundMoved, store.FoundCut, store.FoundOther} {
			if key := "server.audit." + string(what); !slices.Contains(words, key) {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
	}
}
