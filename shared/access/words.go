// Package access decides who may see and do what. One function, Org.Can, gives the answer for one record; Org.Sight is
// the same answer in the form of sets, which sync uses. Both programs ask this package and nothing else; a property
// test holds the two forms against each other.
package access

import (
	"strings"

	"yuzhou/shared/schema"
)

// Action is something a person does with a record.
type Action string

// The actions on records.
const (
	See      Action = "see"
	Create   Action = "create"
	Edit     Action = "edit"
	Delete   Action = "delete"
	Restore  Action = "restore"
	Import   Action = "import"
	Export   Action = "export"
	Transfer Action = "transfer"
	Claim    Action = "claim"
	Assign   Action = "assign"
	Release  Action = "release"
	Lock     Action = "lock"
	Merge    Action = "merge"
	Print    Action = "print"
	Approve  Action = "approve"
)

// The actions of administration. They are about the company, not about a record: the subject is not looked at, and no
// wildcard of a role stands for them.
const (
	ManageUsers    Action = "manage_users"    // users, departments, passwords, devices
	ManageRoles    Action = "manage_roles"    // roles and who has them
	ManagePools    Action = "manage_pools"    // pools and reclaim rules
	ManageSettings Action = "manage_settings" // settings and dictionaries
)

// AdminKind is the kind under which a role names actions of administration: admin:manage_users:all.
const AdminKind = "admin"

// Actions lists the actions on records.
func Actions() []Action {
	return []Action{
		See, Create, Edit, Delete, Restore, Import, Export, Transfer, Claim, Assign, Release, Lock, Merge, Print, Approve,
	}
}

// AdminActions lists the actions of administration.
func AdminActions() []Action { return []Action{ManageUsers, ManageRoles, ManagePools, ManageSettings} }

// Scope says on whose records a permission works.
type Scope string

// The data scopes, from narrow to wide.
const (
	Self           Scope = "self"
	SelfBelow      Scope = "self_below"
	Department     Scope = "department"
	DepartmentTree Scope = "department_tree"
	All            Scope = "all"
)

// Scopes lists the data scopes from narrow to wide.
func Scopes() []Scope { return []Scope{Self, SelfBelow, Department, DepartmentTree, All} }

// scopes is a set of data scopes, one bit each.
type scopes uint8

const (
	inSelf scopes = 1 << iota
	inBelow
	inDepartment
	inTree
	inAll
)

func (s Scope) bit() (scopes, bool) {
	switch s {
	case Self:
		return inSelf, true
	case SelfBelow:
		return inSelf | inBelow, true
	case Department:
		return inDepartment, true
	case DepartmentTree:
		return inTree, true
	case All:
		return inAll, true
	}
	return 0, false
}

// right is what one permission allows, without its scope.
type right struct {
	kind   string
	action Action
}

// anything stands for every kind or every action of records in the text of a permission.
const anything = "*"

// parsePermission reads "kind:action:scope". A text it does not understand allows nothing: a newer program wrote it.
func parsePermission(text string) (right, scopes, bool) {
	kind, rest, _ := strings.Cut(text, ":")
	action, scope, _ := strings.Cut(rest, ":")
	bits, ok := Scope(scope).bit()
	return right{kind, Action(action)}, bits, ok && kind != "" && action != ""
}

// Subject is what a right is asked about: a record, reduced to what rights depend on.
// Of a customer and everything under it either Owner or Pool is set; of a record that stands alone Users or Everybody.
type Subject struct {
	Kind      string
	Owner     string   // the user who holds the customer
	Pool      string   // the pool the customer lies in
	Users     []string // the people a record that stands alone is for
	Everybody bool     // the directory, dictionaries, pools, settings
}

// SubjectOf makes the subject of a record. holding is that of its customer; nil for a record that stands alone.
func SubjectOf(kind *schema.Kind, r schema.Record, holding *schema.Record) Subject {
	s := Subject{Kind: kind.Name}
	switch {
	case holding != nil:
		s.Owner, s.Pool = holding.Text("owner"), holding.Text("pool")
	case underCustomer(kind, r):
	case kind.Audience.Everybody:
		s.Everybody = true
	default:
		s.Users = audience(kind, r)
	}
	return s
}

// underCustomer tells whether a record lives with a customer. A holding has the very id of its customer.
func underCustomer(kind *schema.Kind, r schema.Record) bool {
	return kind.Name == customerKind || kind.Parent != "" && (!kind.Alone || r.Root != r.ID)
}

// audience lists the people whom the fields of a record that stands alone name.
func audience(kind *schema.Kind, r schema.Record) []string {
	var users []string
	for _, field := range kind.Audience.Users {
		switch v := r.Values[field].(type) {
		case string:
			users = append(users, v)
		case []string:
			users = append(users, v...)
		}
	}
	return schema.NewSet(users...)
}

const customerKind = "customer"
