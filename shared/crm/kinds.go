// Package crm declares the record kinds of the product, one file each, and the rules that cross their fields.
package crm

import (
	"yuzhou/shared/schema"
)

var kinds []*schema.Kind

// kind registers a declaration; package variables are initialised before anybody can ask.
func kind(k schema.Kind) *schema.Kind {
	kinds = append(kinds, &k)
	return &k
}

// Kinds lists every kind the program knows, in no promised order.
func Kinds() []*schema.Kind { return kinds }

// ByName finds a kind, nil when this program does not know it.
func ByName(name string) *schema.Kind {
	for _, k := range kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}
