package schema

// Column is the storage class of a field's column in a STRICT table.
type Column string

// The storage classes in use.
const (
	TextColumn    Column = "TEXT"
	IntegerColumn Column = "INTEGER"
)

// MergeRule says what to do when two laptops changed the same field from the same base.
type MergeRule int

// The merge rules.
const (
	Whole   MergeRule = iota // the committed value stays, the other becomes a conflict
	ByDelta                  // sets: both sides' additions and removals
	Latest                   // moments and dates: the later one
	ByLine                   // long text: line by line where hunks do not touch
)

// Type is the behaviour of a field: one file per type.
type Type interface {
	// Column is the storage class in the replica.
	Column() Column
	// Parse turns what a person typed, or a cell of a file, into the canonical value; nil for nothing.
	Parse(text string) (any, error)
	// Check tells with a *fault.Fault what is wrong with a value that came from elsewhere.
	Check(v any) error
	// Format writes the value for a person, without words of a language and without a zone.
	Format(v any) string
	// Mask is what people see who may not see the value: "" hides it wholly.
	Mask(v any) any
	// Merge is the rule for concurrent changes.
	Merge() MergeRule
}
