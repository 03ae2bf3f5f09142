package wire

// MaxDepth is how many lists and objects may be in each other in a message. It is looked at before anything is decoded:
// decoding goes down by recursion.
const MaxDepth = 32

// Depth is how many lists and objects are in each other in a JSON text. Of a text that is no JSON it gives some number.
func Depth(text []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}
