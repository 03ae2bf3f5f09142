package crm_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

const presets = "../../assets/presets"

func loadPresets(t *testing.T) []schema.Record {
	t.Helper()
	records, err := crm.LoadPresets(os.DirFS(presets))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestPresets: what the program brings along is sound, and what one preset names another one holds.
func TestPresets(t *testing.T) {
	records := loadPresets(t)
	known := map[string]bool{}
	for _, r := range records {
		if known[r.Kind+" "+r.ID] {
			t.Errorf("%s %s stands twice", r.Kind, r.ID)
		}
		known[r.Kind+" "+r.ID] = true
	}
	for _, want := range []string{
		"role " + crm.RoleAdmin, "role " + crm.RoleManager, "role " + crm.RoleSales, "role " + crm.RoleReadOnly,
		"department " + crm.DepartmentTop, "pool " + crm.PoolDefault, "rule " + crm.RuleDefault,
		"settings " + crm.SettingsID, "dictionary followup_method.visit",
	} {
		if !known[want] {
			t.Errorf("there is no %s", want)
		}
	}
	for _, r := range records {
		for _, f := range crm.ByName(r.Kind).Fields {
			for _, id := range named(f.Type, r.Values[f.Name]) {
				if !known[id] {
					t.Errorf("%s %s: %s names %s, which is not there", r.Kind, r.ID, f.Name, id)
				}
			}
		}
		for _, field := range slices.Concat(r.Set("masked_fields"), r.Set("hidden_fields")) {
			if f, ok := crm.Customer.Field(field); r.Kind == "pool" && (!ok || field == "name" || f.Required) {
				t.Errorf("%s: %q is no field that a pool can veil", r.ID, field)
			}
		}
	}
}

// named lists "kind id" of what a value refers to.
func named(typ schema.Type, v any) []string {
	switch x := typ.(type) {
	case schema.Ref:
		if s, _ := v.(string); s != "" {
			return []string{x.Kind + " " + s}
		}
	case schema.RefSet:
		if x.Kind == "field" || x.Kind == "permission" {
			return nil
		}
		set, _ := v.([]string)
		var ids []string
		for _, id := range set {
			ids = append(ids, x.Kind+" "+id)
		}
		return ids
	}
	return nil
}

// TestEveryDictionaryHasEntries: a field that takes its values from a dictionary needs one (CUS-06, FUP-01).
func TestEveryDictionaryHasEntries(t *testing.T) {
	entries := map[string]int{}
	for _, r := range loadPresets(t) {
		if r.Kind == "dictionary" {
			entries[r.Text("list")]++
			if r.Text("label_en") == "" {
				t.Errorf("%s has no English label", r.ID)
			}
		}
	}
	for _, k := range crm.Kinds() {
		for _, f := range k.Fields {
			if d, ok := f.Type.(schema.DictKey); ok && entries[d.Name] == 0 {
				t.Errorf("%s.%s: the dictionary %s has no entries", k.Name, f.Name, d.Name)
			}
		}
	}
}

// TestLookup: the words of imported files find their entries, however they are written (CUS-06, IMP).
func TestLookup(t *testing.T) {
	lookup := crm.NewLookup(loadPresets(t))
	for _, c := range []struct{ list, word, key string }{
		{"customer_level", "A", "a"},
		{"customer_level", "Ａ", "a"},
		{"customer_level", " a 重点 ", "a"},
		{"customer_level", "重点客户", "a"},
		{"customer_level", "普通客户", "b"},
		{"customer_level", "流失风险客户", "c"},
		{"customer_source", "陌拜", "cold_call"},
		{"industry", "房地产", "realestate"},
		{"industry", "HEALTHCARE", "healthcare"},
		{"followup_method", "上门", "visit"},
	} {
		if key, ok := lookup.Key(c.list, c.word); !ok || key != c.key {
			t.Errorf("%s %q is %q, %v; want %q", c.list, c.word, key, ok, c.key)
		}
	}
	if key, ok := lookup.Key("customer_level", "互联网"); ok {
		t.Errorf("a word of another dictionary was taken for %q", key)
	}
}

// TestPresetsRefuseMistakes: a preset with a field nobody knows or without what a kind needs is refused, not ignored.
func TestPresetsRefuseMistakes(t *testing.T) {
	for what, text := range map[string]string{
		"unknown field": `[{"id":"p","name":"公海","mode":"claimable","dayly_limit":3}]`,
		"no id":         `[{"name":"公海","mode":"claimable"}]`,
		"no name":       `[{"id":"p","mode":"claimable"}]`,
		"no JSON":       `[{`,
	} {
		if _, err := crm.ParseRecords(crm.Pool, []byte(text)); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	if _, err := crm.ParseRecords(crm.Rule, []byte(`[{"id":"r","name":"r","days":30}]`)); err == nil {
		t.Error("a rule that names no owners was accepted (REC-07)")
	}
}

// TestRegionsAndNames: the divisions keep their official order; the four municipalities need no city.
func TestRegionsAndNames(t *testing.T) {
	data, err := os.ReadFile(presets + "/regions.json")
	if err != nil {
		t.Fatal(err)
	}
	regions, err := crm.ParseRegions(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(regions) != 31 || regions[0].Province != "北京市" || len(regions[0].Cities) == 0 {
		t.Fatalf("%d provinces, the first is %q", len(regions), regions[0].Province)
	}
	if path := regions[0].Cities[0].Path("北京市", "东城区"); path != "北京市/东城区" {
		t.Errorf("Path = %q", path)
	}
	region, _ := crm.Customer.Field("region")
	for _, r := range regions {
		for _, c := range r.Cities {
			for _, a := range c.Areas {
				if err := region.Type.Check(c.Path(r.Province, a)); err != nil {
					t.Errorf("%s: %v", c.Path(r.Province, a), err)
				}
			}
		}
	}
	names, err := os.ReadFile(presets + "/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := crm.ParseNames(names)
	if len(list) != 4000 || strings.ContainsAny(strings.Join(list, ""), "\r ") {
		t.Errorf("%d names", len(list))
	}
}
