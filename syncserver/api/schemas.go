package api

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// schemas are the named JSON schemas of a description, made of Go types as encoding/json writes them.
type schemas object

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	rawMessage    = reflect.TypeFor[json.RawMessage]()
)

// of is the schema of a type: structs by reference, everything else in place.
func (s schemas) of(t reflect.Type) object {
	switch {
	case t == rawMessage:
		return object{}
	case t.Implements(textMarshaler):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32:
		return object{"type": "integer", "format": "int64"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Interface:
		return object{}
	case reflect.Struct:
		return s.named(t)
	}
	panic(fmt.Sprintf("api: no schema for %s", t))
}

// named keeps the schema of a struct under its name and refers to it. Two types of one name would describe each
// other, so that is refused at the start.
func (s schemas) named(t reflect.Type) object {
	name := t.Name()
	ref := object{"$ref": "#/components/schemas/" + name}
	origin := t.PkgPath() + "." + name
	if there, ok := s[name].(object); ok {
		if there["x-go-type"] != origin {
			panic(fmt.Sprintf("api: %s and %v have the same name", origin, there["x-go-type"]))
		}
		return ref
	}
	schema := object{"type": "object", "x-go-type": origin}
	s[name] = schema // before its fields, which may refer back to it
	properties := object{}
	required := s.fields(t, properties)
	schema["properties"] = properties
	if len(required) > 0 {
		schema["required"] = required
	}
	return ref
}

// fields adds the fields of a struct and tells which are always there.
func (s schemas) fields(t reflect.Type, properties object) (required []string) {
	for i := range t.NumField() {
		field := t.Field(i)
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && tag == "":
			required = append(required, s.fields(field.Type, properties)...)
			continue
		case !field.IsExported() || tag == "-":
			continue
		case tag == "":
			tag = field.Name
		}
		property := s.of(field.Type)
		if text := field.Tag.Get("doc"); text != "" {
			property["description"] = text
		}
		properties[tag] = property
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			required = append(required, tag)
		}
	}
	return required
}
