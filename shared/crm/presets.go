package crm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"yuzhou/shared/schema"
)

// The readable ids of what the program brings along.
const (
	RoleAdmin     = "role-admin"
	RoleManager   = "role-manager"
	RoleSales     = "role-sales"
	RoleReadOnly  = "role-readonly"
	DepartmentTop = "dept-top"
	PoolDefault   = "pool-default"
	RuleDefault   = "rule-default"
)

// presetKinds are the files of presets beside the dictionaries: a list of records of one kind each.
var presetKinds = []struct {
	file string
	kind *schema.Kind
}{
	{"settings.json", Settings},
	{"roles.json", Role},
	{"departments.json", Department},
	{"pools.json", Pool},
	{"rules.json", Rule},
}

// LoadPresets reads the records that a new company begins with: dictionaries, settings, roles, the top department, the
// default pool and its rule. files is the folder of the presets. Each record is checked like one that a person made.
func LoadPresets(files fs.FS) ([]schema.Record, error) {
	data, err := fs.ReadFile(files, "dictionaries.json")
	if err != nil {
		return nil, fmt.Errorf("presets: %w", err)
	}
	all, err := ParseDictionaries(data)
	if err != nil {
		return nil, fmt.Errorf("presets: dictionaries.json: %w", err)
	}
	for _, p := range presetKinds {
		data, err := fs.ReadFile(files, p.file)
		if err != nil {
			return nil, fmt.Errorf("presets: %w", err)
		}
		list, err := ParseRecords(p.kind, data)
		if err != nil {
			return nil, fmt.Errorf("presets: %s: %w", p.file, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// ParseDictionaries reads {"list": [{"key": …, "label": …}, …], …}. The order of the lines is the order of the entries;
// the id of an entry is "list.key".
func ParseDictionaries(data []byte) ([]schema.Record, error) {
	var lists map[string][]schema.Values
	if err := json.Unmarshal(data, &lists); err != nil {
		return nil, err
	}
	var all []schema.Record
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		for i, values := range lists[list] {
			values["list"], values["order"] = list, int64(i+1)
			key, _ := values["key"].(string)
			r := schema.Record{Kind: Dictionary.Name, ID: DictionaryID(list, key), Values: values}
			if err := checkPreset(Dictionary, &r); err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// DictionaryID is the id of an entry of a dictionary.
func DictionaryID(list, key string) string { return list + "." + key }

// ParseRecords reads a list of objects that hold an id and the fields of one kind.
func ParseRecords(kind *schema.Kind, data []byte) ([]schema.Record, error) {
	var objects []schema.Values
	if err := json.Unmarshal(data, &objects); err != nil {
		return nil, err
	}
	records := make([]schema.Record, len(objects))
	for i, values := range objects {
		id, _ := values["id"].(string)
		delete(values, "id")
		records[i] = schema.Record{Kind: kind.Name, ID: id, Values: values}
		if err := checkPreset(kind, &records[i]); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// checkPreset refuses what a typing error in a preset would otherwise hide: a field nobody reads, a missing id.
func checkPreset(kind *schema.Kind, r *schema.Record) error {
	r.Root = r.ID
	if r.ID == "" {
		return fmt.Errorf("a %s has no id", kind.Name)
	}
	for name := range r.Values {
		if _, ok := kind.Field(name); !ok {
			return fmt.Errorf("%s: %s has no field %q", r.ID, kind.Name, name)
		}
	}
	if wrong := kind.Check(*r); len(wrong) > 0 {
		return fmt.Errorf("%s: %w", r.ID, wrong[0])
	}
	return nil
}

// Region is a province with its cities and their districts.
type Region struct {
	Province string
	Cities   []City
}

// City is a city, or what takes its place in the tree of divisions, with its districts.
type City struct {
	Name  string
	Areas []string
}

// Path writes a region as a customer keeps it: 江苏省/苏州市/吴中区. The cities of the four municipalities have no name
// of their own (市辖区) and are left out.
func (c City) Path(province, area string) string {
	if c.Name == "市辖区" || c.Name == "县" {
		return province + "/" + area
	}
	return province + "/" + c.Name + "/" + area
}

// ParseRegions reads {"province": {"city": ["area", …], …}, …} and keeps the order of the file, which is that of the
// official codes.
func ParseRegions(data []byte) ([]Region, error) {
	var regions []Region
	err := inOrder(data, func(province string, cities json.RawMessage) error {
		r := Region{Province: province}
		err := inOrder(cities, func(name string, areas json.RawMessage) error {
			c := City{Name: name}
			r.Cities = append(r.Cities, c)
			return json.Unmarshal(areas, &r.Cities[len(r.Cities)-1].Areas)
		})
		regions = append(regions, r)
		return err
	})
	return regions, err
}

// inOrder walks through the members of a JSON object in the order of the text.
func inOrder(data []byte, member func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return fmt.Errorf("%v is not the name of a member", token)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := member(name, value); err != nil {
			return err
		}
	}
	return nil
}

// ParseNames reads a list of names, one a line.
func ParseNames(data []byte) []string { return strings.Fields(string(data)) }
