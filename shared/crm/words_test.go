package crm_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"text/template"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// wordsOf reads a language file; a text with plural forms is taken in its general form.
func wordsOf(t *testing.T, area, language string) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../assets/locales/" + area + "." + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for key, v := range raw {
		switch x := v.(type) {
		case string:
			texts[key] = x
		case map[string]any:
			texts[key], _ = x["other"].(string)
		}
	}
	return texts
}

var languages = []string{"zh-Hans", "en"}

// TestEveryKindHasWords: a kind, a field or a choice without words would be shown as its name in the code.
func TestEveryKindHasWords(t *testing.T) {
	for _, language := range languages {
		texts := wordsOf(t, "kinds", language)
		need := func(key string) {
			if strings.TrimSpace(texts[key]) == "" {
				t.Errorf("%s: no words for %s", language, key)
			}
		}
		for _, k := range crm.Kinds() {
			need("kind." + k.Name)
			for _, f := range k.Fields {
				need(k.Name + "." + f.Name)
				if c, ok := f.Type.(schema.Choice); ok {
					for _, key := range c.Keys {
						need(k.Name + "." + f.Name + "." + key)
					}
				}
			}
		}
		for _, path := range access.Paths() {
			need("access.path." + path)
		}
		for _, action := range append(access.Actions(), access.AdminActions()...) {
			need("access.action." + string(action))
		}
		for _, scope := range access.Scopes() {
			need("access.scope." + string(scope))
		}
		need("rule.sentence")
		need("rule.sentence.ownPool")
	}
}

// TestEveryFaultHasWords (SYNC-19): whoever hears of a fault hears what happened and what to do now, in both languages, and also
// when an older or newer program left a number out.
func TestEveryFaultHasWords(t *testing.T) {
	for _, language := range languages {
		texts := wordsOf(t, "faults", language)
		known := map[string]bool{}
		for _, code := range fault.Codes() {
			for _, key := range []string{"fault." + string(code), "fault." + string(code) + ".next"} {
				known[key] = true
				text := fill(t, key, texts[key], nil)
				if strings.TrimSpace(text) == "" || strings.Contains(text, "<no value>") {
					t.Errorf("%s: %s reads %q without parameters", language, key, text)
				}
			}
		}
		for key := range texts {
			if !known[key] {
				t.Errorf("%s: %s is no fault of the list", language, key)
			}
		}
	}
}

// TestNumbersReachTheWords: the numbers that a code promises are said (POOL-07, POOL-08, CUS-04).
func TestNumbersReachTheWords(t *testing.T) {
	for _, language := range languages {
		texts := wordsOf(t, "faults", language)
		for code, params := range map[fault.Code]map[string]any{
			fault.DailyLimit:    {"Limit": "10", "Used": "9", "Resets": "11/22 00:00"},
			fault.PoolCap:       {"Limit": "77", "Held": "76"},
			fault.HoldingCap:    {"Limit": "500", "Held": "499"},
			fault.CoolDown:      {"Until": "11/26 10:00"},
			fault.NewInPool:     {"Until": "11/26 10:00"},
			fault.RecordHeld:    {"Until": "11/26 10:00"},
			fault.AlreadyHeld:   {"Holder": "赵强", "Since": "11/20 09:30"},
			fault.TooLong:       {"Max": "120", "Length": "121"},
			fault.Backdated:     {"Days": "30"},
			fault.TooManyTries:  {"Seconds": "8"},
			fault.WeakPassword:  {"Min": "10"},
			fault.MassRemoval:   {"Count": "812"},
			fault.PoolNotEmpty:  {"Count": "37"},
			fault.BadCreditCode: {"Why": "length", "Length": "17"},
		} {
			key := "fault." + string(code)
			said := fill(t, key, texts[key], params) + fill(t, key, texts[key+".next"], params)
			for name, value := range params {
				if name != "Why" && !strings.Contains(said, value.(string)) {
					t.Errorf("%s: %s does not say %s: %q", language, key, name, said)
				}
			}
		}
	}
}

// TestLanguagesHaveTheSameKeys: a key in one language alone is a spelling mistake or a forgotten translation.
func TestLanguagesHaveTheSameKeys(t *testing.T) {
	for _, area := range []string{"kinds", "faults"} {
		chinese, english := wordsOf(t, area, "zh-Hans"), wordsOf(t, area, "en")
		for key := range chinese {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: %s has no English", area, key)
			}
			fill(t, key, chinese[key], nil)
			fill(t, key, english[key], nil)
		}
		for key := range english {
			if _, ok := chinese[key]; !ok {
				t.Errorf("%s: %s has no Chinese", area, key)
			}
		}
	}
}

func fill(t *testing.T, key, text string, params map[string]any) string {
	t.Helper()
	parsed, err := template.New(key).Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	var b strings.Builder
	if params == nil {
		params = map[string]any{}
	}
	if err := parsed.Execute(&b, params); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return b.String()
}
